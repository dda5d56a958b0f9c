fn double(number: u8) -> u32 {
    let mut call = ::observe::__private::Call::open(
        {
            static SITE: ::observe::__private::Site = ::observe::__private::Site::new(
                "double",
                ::observe::__private::ObservationType::Tool,
                ::core::concat!(::core::module_path!(), "::", "double"),
                ::core::file!(),
                ::core::line!(),
                &["number"],
            );
            &SITE
        },
        &mut |input: &mut ::observe::__private::Input<'_>| {
            ::observe::__private::probe(&number)
                .__observe_capture(::observe::__private::Input::slot(input, "number"));
        },
    );
    let out = ::observe::__private::Call::run(&mut call, move || -> u32 {
        let number = number;
        match () {
            () => number.into(),
        }
    });
    if ::observe::__private::Call::is_recorded(&call) {
        match ::observe::__private::outcome(&out).__observe_split() {
            ::core::result::Result::Ok(value) => ::observe::__private::Call::output(call, &mut |slot| {
                ::observe::__private::probe(value).__observe_capture(slot)
            }),
            ::core::result::Result::Err(error) => {
                ::observe::__private::Call::error(call, true, &mut |slot| {
                    ::observe::__private::fault(error).__observe_describe(slot)
                })
            }
        }
    } else {
        ::observe::__private::Call::end(call);
    }
    out
}
