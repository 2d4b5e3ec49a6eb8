//! What the guest says to a reverse pass at its stops, and what the pass has to say at its end.

use std::sync::Arc;

use super::pass::{At, ReversePass, Shown};
use crate::error::{Error, Result};
use crate::session::Session;
use crate::shape::Meta;
use crate::tape::Node;
use crate::tensor::Tensor;

impl Session {
    /// At a function of the guest's own: the gradient of each of its inputs. None is 0; for an input that requires
    /// no gradient it is left aside.
    ///
    /// # Errors
    /// `gradient` where the pass is not at such a function or another number of gradients is given, `shape` and
    /// `dtype` for one that does not look like its input: the pass then still waits. Quotas end it.
    pub fn answer_custom(&mut self, pass: &mut ReversePass, gradients: &[Option<&Tensor>]) -> Result<()> {
        self.own_pass(pass)?;
        self.check_cancelled()?;
        let At::Custom(node) = &pass.at else {
            return Err(Error::gradient("the reverse pass is not at a custom function"));
        };
        self.check_answer(node, gradients)?;
        let node = node.clone();
        pass.at = At::Broken;
        let recording = self.set_recording(pass.recorded);
        let taken = self.take_answer(pass, &node, gradients);
        self.set_recording(recording);
        taken?;
        pass.at = At::Next;
        Ok(())
    }

    fn check_answer(&self, node: &Node, gradients: &[Option<&Tensor>]) -> Result<()> {
        let inputs = node.inputs();
        if gradients.len() != inputs.len() {
            return Err(Error::gradient(format!(
                "Function returned an incorrect number of gradients (expected {}, got {})",
                inputs.len(),
                gradients.len()
            )));
        }
        for (i, (input, gradient)) in inputs.iter().zip(gradients).enumerate() {
            let Some(gradient) = gradient else { continue };
            self.own(gradient)?;
            if input.edge.is_some() {
                check_like(i, &input.meta, &gradient.meta())?;
            }
        }
        Ok(())
    }

    fn take_answer(
        &mut self,
        pass: &mut ReversePass,
        node: &Arc<Node>,
        gradients: &[Option<&Tensor>],
    ) -> Result<()> {
        for (input, gradient) in node.inputs().iter().zip(gradients) {
            let (Some(edge), Some(gradient)) = (&input.edge, gradient) else { continue };
            if pass.graph.is_useful(Some(edge)) {
                let gradient = self.apart(gradient, pass.recorded)?;
                self.accumulate(&mut pass.pending, edge.key(), &input.meta, gradient.into())?;
            }
        }
        Ok(())
    }

    /// At a function of the guest's own: `value` recorded as its output number `place`, for a gradient formula that
    /// reads the output and is recorded itself.
    ///
    /// # Errors
    /// `gradient` where the pass is not at such a function or it has no such output, `shape` and `dtype` where
    /// `value` does not look like it.
    pub fn output_of(&mut self, pass: &ReversePass, place: u32, value: &Tensor) -> Result<Tensor> {
        self.own_pass(pass)?;
        self.own(value)?;
        let At::Custom(node) = &pass.at else {
            return Err(Error::gradient("the reverse pass is not at a custom function"));
        };
        self.as_output(node, place as usize, value)
    }

    /// At a watched tensor: the gradient that takes the place of its own.
    ///
    /// # Errors
    /// `gradient` where the pass is not at a watched tensor, `shape` and `dtype` where the gradient changes them.
    pub fn answer_watched(&mut self, pass: &mut ReversePass, gradient: &Tensor) -> Result<()> {
        self.own_pass(pass)?;
        self.check_cancelled()?;
        self.own(gradient)?;
        let At::Tensor(whole) = &mut pass.at else {
            return Err(Error::gradient("the reverse pass is not at a watched tensor"));
        };
        if whole.shown != Shown::Now {
            return Err(Error::gradient("the gradient of the watched tensor was answered already"));
        }
        let (was, is) = (whole.gradient.meta(), gradient.meta());
        if was.dtype != is.dtype {
            return Err(Error::dtype(format!(
                "hook has changed the type of value (was {} got {})",
                was.dtype, is.dtype
            )));
        }
        if was.shape != is.shape {
            return Err(Error::shape(format!(
                "hook has changed the size of value (was {} got {})",
                was.shape, is.shape
            )));
        }
        whole.gradient = self.apart(gradient, pass.recorded)?;
        whole.shown = Shown::Answered;
        Ok(())
    }

    /// After [`crate::Stop::Done`]: the gradients of all leaves, in order of their creation.
    ///
    /// # Errors
    /// `gradient` before the end, or for a pass to chosen inputs.
    pub fn leaf_gradients(&self, pass: &ReversePass) -> Result<Vec<(u64, Tensor)>> {
        self.check_done(pass)?;
        if pass.inputs.is_some() {
            return Err(Error::gradient("the reverse pass was asked for the gradients of chosen inputs"));
        }
        Ok(pass.found.iter().map(|(&leaf, gradient)| (leaf, gradient.clone())).collect())
    }

    /// After [`crate::Stop::Done`]: the gradients of the inputs; none where no root depends on one.
    ///
    /// # Errors
    /// `gradient` before the end, or for a pass to all leaves.
    pub fn input_gradients(&self, pass: &ReversePass) -> Result<Vec<Option<Tensor>>> {
        self.check_done(pass)?;
        if pass.inputs.is_none() {
            return Err(Error::gradient("the reverse pass was asked for the gradients of all leaves"));
        }
        Ok(pass.of_inputs())
    }

    fn check_done(&self, pass: &ReversePass) -> Result<()> {
        self.own_pass(pass)?;
        match pass.at {
            At::Done => Ok(()),
            _ => Err(Error::gradient("the reverse pass is not done")),
        }
    }

    pub(super) fn own_pass(&self, pass: &ReversePass) -> Result<()> {
        if pass.session == self.id {
            return Ok(());
        }
        Err(Error::argument("the reverse pass belongs to another sandbox"))
    }
}

impl ReversePass {
    pub(super) fn of_inputs(&self) -> Vec<Option<Tensor>> {
        self.inputs.iter().flatten().map(|key| self.found.get(key).cloned()).collect()
    }
}

/// Refuses a gradient that does not look like what it is of.
fn check_like(i: usize, expected: &Meta, got: &Meta) -> Result<()> {
    if expected.shape != got.shape {
        return Err(Error::shape(format!(
            "Function returned an invalid gradient at index {i} - got {} but expected shape compatible with {}",
            got.shape, expected.shape
        )));
    }
    if expected.dtype != got.dtype {
        return Err(Error::dtype(format!(
            "Function returned an invalid gradient at index {i} - expected dtype {} but got {}",
            expected.dtype, got.dtype
        )));
    }
    Ok(())
}
