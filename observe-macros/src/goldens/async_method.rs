pub fn ask(&self, text: String) -> impl ::core::future::Future<Output = Result<Answer, Error>> {
    ::observe::__private::future(
        ::observe::__private::Call::open(
            ::observe::__private::site!("ask" "ask" Span [] []),
        ),
        ::observe::__private::output::<Result<Answer, Error>>()
            .__observe_stream()
            .__observe_refusal()
            .__observe_split()
            .__observe_value()
            .__observe_fault(),
        async move {
            if let ::core::option::Option::Some(__observe_returned) =
                ::core::option::Option::None::<Result<Answer, Error>>
            {
                return __observe_returned;
            }
            let mut text = text;
            match () {
                () => self.get(&mut text).await,
            }
        },
    )
}
