//! `proofhouse:compute/data`: the token streams that the environment grants, by name.

use proofhouse_compute::data::TokenStream;
use wasmtime::component::{Linker, Resource};

use super::{link_resource, tensor_answer};
use crate::bindings::contract::tensors::Error as WitError;
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/data@0.1.0";

/// A name longer than this is no stream's, and not worth repeating in a message.
const LONGEST_NAME: usize = 256;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<TokenStream>(&mut instance, "tokens")?;
    instance.func_wrap("[static]tokens.open", |cx, (name,): (String,)| {
        host_call(cx, |state| {
            let granted = state.data.iter().find(|(granted, _)| *granted == name);
            match granted.map(|(_, stream)| stream.clone()) {
                Some(stream) => Ok((Ok(state.hold(stream)?),)),
                None => Ok((Err(no_stream(state, &name)),)),
            }
        })
    })?;
    instance.func_wrap("[method]tokens.len", |cx, (stream,): (Resource<TokenStream>,)| {
        host_call(cx, |state| Ok((state.table.get(&stream)?.len(),)))
    })?;
    instance.func_wrap("[method]tokens.vocabulary", |cx, (stream,): (Resource<TokenStream>,)| {
        host_call(cx, |state| Ok((state.table.get(&stream)?.vocabulary(),)))
    })?;
    instance.func_wrap("[method]tokens.windows", |cx, args: (Resource<TokenStream>, Vec<u64>, u32)| {
        let (stream, offsets, length) = args;
        host_call(cx, |state| {
            let result = state.session.windows(state.table.get(&stream)?, &offsets, length);
            tensor_answer(state, result)
        })
    })
}

fn no_stream(state: &GuestState, name: &str) -> WitError {
    let granted: Vec<&str> = state.data.iter().map(|(name, _)| name.as_str()).collect();
    let list = if granted.is_empty() { "none is".to_owned() } else { granted.join(", ") };
    let asked = if name.len() > LONGEST_NAME { "(a very long name)" } else { name };
    WitError {
        code: "data".to_owned(),
        message: format!("no data stream named {asked:?} is granted to this program; granted: {list}"),
    }
}
