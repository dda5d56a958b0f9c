//! Records of no trace, which only files have: what the numbers in them stand for, and of whichever process they are.

use std::borrow::Cow;

use super::{HEAD, Kind, Record, SITE, TRACE, Tag, head, pair, put, put_pair, put_place, site};
use crate::registry::Entry;

/// Appends a record that says what the number of a site stands for.
pub(crate) fn describe(out: &mut Vec<u8>, number: u32) {
    of_no_trace(out, Kind::Site, u64::from(number));
    put_site(out, number);
}

/// Every record has a trace; this one is of none.
fn of_no_trace(out: &mut Vec<u8>, kind: Kind, time: u64) {
    out.extend_from_slice(&head([kind as u8, 0, 0], 0, [0xff; 16], [0; 8], time, [0; 8]));
}

/// A record that says which attributes a process has.
pub(crate) fn process(attributes: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    of_no_trace(&mut out, Kind::Process, 0);
    for (key, value) in attributes {
        put_pair(&mut out, Tag::Attribute, key, |out| out.extend_from_slice(value.as_bytes()));
    }
    out
}

/// The attributes of a process, if these bytes say them.
pub(crate) fn attributes(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let record = Record::read(bytes).filter(|record| record.kind == Kind::Process)?;
    let attribute = |(_, value)| {
        let (key, value) = pair(value)?;
        Some((key.to_owned(), String::from_utf8_lossy(value).into_owned()))
    };
    Some(record.fields().filter_map(attribute).collect())
}

/// Of a description: the number, and the fields that it stands for.
pub(crate) fn described(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let record = Record::read(bytes).filter(|record| record.kind == Kind::Site)?;
    Some((u32::try_from(record.time).ok()?, record.rest))
}

/// Appends what the number of a site stands for in this process, as fields.
pub(crate) fn put_site(out: &mut Vec<u8>, number: u32) {
    if let Some(Entry { site, function, .. }) = Entry::find(number) {
        put(out, Tag::Name, site.name.as_bytes());
        put_place(out, site.line, function, site.file);
    }
}

/// An opening that names its site by number as one that says all of it: `fields` appends what the number stands for.
/// Other records are what they are.
pub(crate) fn expand(bytes: &[u8], fields: impl FnOnce(&mut Vec<u8>, u32)) -> Cow<'_, [u8]> {
    let (Some(number), Some((head, rest))) = (site(bytes), bytes.split_at_checked(HEAD)) else {
        return Cow::Borrowed(bytes);
    };
    let mut out = head.to_vec();
    out[SITE..TRACE].fill(0);
    fields(&mut out, number);
    // What was said at the call beats what is known of the function.
    out.extend_from_slice(rest);
    Cow::Owned(out)
}
