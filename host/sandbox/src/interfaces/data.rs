//! `proofhouse:compute/data`: the token streams and files that are granted, by name.

use proofhouse_compute::data::TokenStream;
use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{answer, link_resource, tensor_answer};
use crate::bindings::contract::data::File;
use crate::bindings::contract::tensors::Error as WitError;
use crate::data_file::DataFile;
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/data@0.1.0";

/// A name longer than this is no stream's, and not worth repeating in a message.
const LONGEST_NAME: usize = 256;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<TokenStream>(&mut instance, "tokens")?;
    instance.func_wrap("[static]tokens.open", |cx, (name,): (String,)| {
        host_call(cx, |state| match stream(state, &name) {
            Some(stream) => Ok((Ok(state.hold(stream)?),)),
            None => Ok((Err(no_stream(state, &name)),)),
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
    })?;
    link_files(&mut instance)
}

fn link_files(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("files", |cx, (): ()| {
        host_call(cx, |state| {
            let file =
                |file: &DataFile| File { name: file.name().to_owned(), size: file.bytes().len() as u64 };
            Ok((state.files.iter().map(file).collect::<Vec<File>>(),))
        })
    })?;
    instance.func_wrap("read-file", |cx, (name, offset, length): (String, u64, u32)| {
        host_call(cx, |state| {
            let granted = state.files.iter().find(|file| file.name() == name).map(DataFile::bytes);
            match granted {
                Some(bytes) => {
                    let read = state.session.read_file(&bytes, offset, length);
                    answer(state, read)
                }
                None => Ok((Err(no_data("file", &name, state.files.iter().map(DataFile::name))),)),
            }
        })
    })
}

/// The stream of that name; a file becomes one when it is first asked for.
fn stream(state: &mut GuestState, name: &str) -> Option<TokenStream> {
    if let Some((_, stream)) = state.data.iter().find(|(granted, _)| granted == name) {
        return Some(stream.clone());
    }
    let stream = state.files.iter().find(|file| file.name() == name)?.tokens();
    state.data.push((name.to_owned(), stream.clone()));
    Some(stream)
}

fn no_stream(state: &GuestState, name: &str) -> WitError {
    let files = state.files.iter().map(DataFile::name);
    let streams = state.data.iter().map(|(name, _)| name.as_str());
    let streams = streams.filter(|stream| !state.files.iter().any(|file| file.name() == *stream));
    no_data("stream", name, streams.chain(files))
}

fn no_data<'a>(kind: &str, name: &str, granted: impl Iterator<Item = &'a str>) -> WitError {
    let granted: Vec<&str> = granted.collect();
    let list = if granted.is_empty() { "none is".to_owned() } else { granted.join(", ") };
    let asked = if name.len() > LONGEST_NAME { "(a very long name)" } else { name };
    WitError {
        code: "data".to_owned(),
        message: format!("no data {kind} named {asked:?} is granted to this program; granted: {list}"),
    }
}
