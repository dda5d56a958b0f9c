pub fn ask(&self, text: String) -> impl ::core::future::Future<Output = Result<Answer, Error>> {
    ::observe::__private::future::<_, _, _, _>(
        ::observe::__private::Call::open(
            {
                static SITE: ::observe::__private::Site = ::observe::__private::Site::new(
                    "ask",
                    ::observe::__private::ObservationType::Span,
                    ::core::concat!(::core::module_path!(), "::", "ask"),
                    ::core::file!(),
                    ::core::line!(),
                    &[],
                );
                &SITE
            },
            &mut |_: &mut ::observe::__private::Input<'_>| {},
        ),
        async move {
            if let ::core::option::Option::Some(returned) =
                ::core::option::Option::None::<Result<Answer, Error>>
            {
                return returned;
            }
            let _ = &self;
            let mut text = text;
            match () {
                () => self.get(&mut text).await,
            }
        },
        |call: ::observe::__private::Call, out| {
            let how = ::observe::__private::output(&out).__observe_how();
            how.__observe_finish(
                call,
                out,
                |call, out| {
                    if ::observe::__private::Call::is_recorded(&call) {
                        match ::observe::__private::outcome(out).__observe_split() {
                            ::core::result::Result::Ok(value) => {
                                ::observe::__private::Call::output(call, &mut |slot| {
                                    ::observe::__private::probe(value).__observe_capture(slot)
                                })
                            }
                            ::core::result::Result::Err(error) => {
                                ::observe::__private::Call::error(call, true, &mut |slot| {
                                    ::observe::__private::fault(error).__observe_describe(slot)
                                })
                            }
                        }
                    } else {
                        ::observe::__private::Call::end(call);
                    }
                },
                |heard: &mut ::observe::__private::Heard, item| {
                    if let ::core::option::Option::Some(item) = item {
                        match ::observe::__private::outcome(item).__observe_split() {
                            ::core::result::Result::Ok(value) => {
                                ::observe::__private::Heard::item(heard, &mut |slot| {
                                    ::observe::__private::probe(value).__observe_capture(slot)
                                });
                            }
                            ::core::result::Result::Err(error) => {
                                ::observe::__private::Heard::fault(heard, &mut |slot| {
                                    ::observe::__private::fault(error).__observe_describe(slot)
                                })
                            }
                        }
                    }
                },
            )
        },
    )
}
