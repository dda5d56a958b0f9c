fn double(number: u8) -> u32 {
    ::observe::__private::run(
        ::observe::__private::Call::open(
            ::observe::__private::site!("double" "double" Tool ["number" probe number] []),
        ),
        ::observe::__private::of::<u32>().__observe_split().__observe_value().__observe_fault(),
        move || -> u32 { number.into() },
    )
}
