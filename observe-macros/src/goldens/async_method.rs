pub fn ask(&self, text: String) -> impl ::core::future::Future<Output = Result<Answer, Error>> {
    return ::observe::__private::future(
        ::observe::__private::output::<Result<Answer, Error>>()
            .__observe_stream()
            .__observe_refusal()
            .__observe_split()
            .__observe_shown()
            .__observe_fault(),
        ::observe::__private::call!(open "ask" "ask" Span [] [] []),
        async move {
            if false {
                let __observe_returned = ::observe::__private::never::<
                    Result<Answer, Error>,
                >();
                return __observe_returned;
            }
            let mut text = text;
            match () {
                () => self.get(&mut text).await,
            }
        },
    )
}
