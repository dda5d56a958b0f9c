fn double(number: u8) -> u32 {
    return ::observe::__private::run(
        ::observe::__private::of(&[] as &[u32]).__observe_split().__observe_shown().__observe_fault(),
        ::observe::__private::call!(open "double" "double" Tool ["number" = number] [] []),
        move || -> u32 { number.into() },
    )
}
