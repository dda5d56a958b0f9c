// The first rows of the list, which come inside the page itself and save a round trip.

/** What came with the page, the first time it is asked for. @returns {{ q?: string, sort?: string, page?: any } | null} */
export function firstPage() {
    const given = document.getElementById("first");
    given?.remove();
    try {
        return JSON.parse(given?.textContent || "null");
    } catch {
        return null;
    }
}
