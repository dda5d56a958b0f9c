// Texts that stand out too little from what is behind them (WCAG 2, AA): each with its colours and ratio.
(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    // Whatever way a colour is written, a pixel of it is four numbers.
    const pixel = (color) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const color = pixel(getComputedStyle(at).backgroundColor);
            if (color[3] > 0) layers.push(color);
            if (color[3] === 1) break;
        }
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
    };
    const light = ([r, g, b]) => [r, g, b].map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0);
    const found = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest(":disabled, option, script, style")) continue;
        const style = getComputedStyle(element);
        // What the search box shows is a copy that lies below its transparent text; on bars a shadow parts text and bar.
        if (style.color === "rgba(0, 0, 0, 0)" || style.textShadow !== "none") continue;
        const below = ground(element);
        const color = over(pixel(element.closest("svg") ? style.fill : style.color), below);
        const [a, b] = [light(color), light(below)].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        const size = parseFloat(style.fontSize);
        const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
        if (ratio < least) found.set(element.className?.baseVal ?? element.className, `${ratio.toFixed(2)} ${JSON.stringify(text.slice(0, 30))} in ${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className} of ${element.parentElement.className?.baseVal ?? element.parentElement.className}`);
    }
    return [...found.values()];
})()
