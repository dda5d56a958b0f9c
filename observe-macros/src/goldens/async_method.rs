pub fn ask(&self, text: String) -> impl ::core::future::Future<Output = Result<Answer, Error>> {
    let __observe_call = ::observe::__private::call!(open "ask" "ask" Span [] [] []);
    let __observe_out = async move {
        if false {
            let __observe_returned: Result<Answer, Error> = ::observe::__private::never();
            return __observe_returned;
        }
        let mut text = text;
        match () {
            () => self.get(&mut text).await,
        }
    };
    return ::observe::__private::future(
        ::observe::__private::output(&__observe_out)
            .__observe_stream()
            .__observe_refusal()
            .__observe_split()
            .__observe_shown()
            .__observe_fault(),
        __observe_call,
        __observe_out
    )
}
