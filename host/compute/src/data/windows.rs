use super::TokenStream;
use crate::dtype::Dtype;
use crate::error::{Code, Error, Result};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

impl Session {
    /// One window of `length` tokens from each offset, wrapping at the end: shape (offsets, length), `i64`.
    ///
    /// # Errors
    /// `index` for an offset outside of the stream, `data` for an empty stream; quotas.
    pub fn windows(&mut self, stream: &TokenStream, offsets: &[u64], length: u32) -> Result<Tensor> {
        let tokens = stream.tokens();
        if tokens.is_empty() {
            return Err(Error::new(
                Code::Data,
                "the token stream is empty: there is nothing to take windows from",
            ));
        }
        for &offset in offsets {
            if offset >= stream.len() {
                return Err(Error::index(format!(
                    "offset {offset} is out of bounds for a stream of {} tokens",
                    stream.len()
                )));
            }
        }
        let meta = Meta::new(Dtype::I64, Shape::checked(&[offsets.len() as u64, u64::from(length)])?);
        self.produce("windows", &meta, 0.0, || {
            let mut out = Vec::with_capacity(meta.elements());
            for &offset in offsets {
                // `offset` is below the length of a slice.
                let window = tokens[offset as usize..].iter().chain(tokens.iter().cycle());
                out.extend(window.take(length as usize).map(|&token| i64::from(token)));
            }
            Ok(out)
        })
    }
}
