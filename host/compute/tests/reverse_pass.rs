//! Reverse passes that stop: at functions of the guest's own and at watched tensors, and whatever a guest may do to
//! them.

use std::sync::atomic::Ordering;

use proofhouse_compute::{
    BinaryOp, Code, DeviceModel, Dtype, Limits, ReduceOp, Result, ReversePass, Root, Session, Stop, Tensor,
    UnaryOp,
};

const ROOMY: Limits = Limits { tensor_bytes: 1 << 28, tensors: 1 << 22, elements_per_operation: 1 << 24 };

fn session_within(limits: Limits) -> Session {
    let model = DeviceModel {
        name: "test".into(),
        flops_per_second: 1e10,
        bytes_per_second: 1e10,
        launch_seconds: 1e-6,
        instructions_per_second: 1e9,
    };
    Session::new(model, limits)
}

fn session() -> Session {
    session_within(ROOMY)
}

fn tensor(s: &mut Session, shape: &[u64], values: &[f32]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    s.create(Dtype::F32, shape, &bytes).expect("a tensor of the given values")
}

fn leaf(s: &mut Session, values: &[f32]) -> Tensor {
    let initial = tensor(s, &[values.len() as u64], values);
    s.parameter(&initial).expect("a leaf")
}

fn values(s: &mut Session, x: &Tensor) -> Vec<f32> {
    s.read(x).expect("readable").as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn sum(s: &mut Session, x: &Tensor) -> Tensor {
    s.reduce(ReduceOp::Sum, x, &[], false).expect("a sum")
}

fn scaled(s: &mut Session, x: &Tensor, by: f64) -> Tensor {
    s.binary_scalar(BinaryOp::Mul, x, by).expect("a product")
}

fn product(s: &mut Session, a: &Tensor, b: &Tensor) -> Tensor {
    s.binary(BinaryOp::Mul, a, b).expect("a product")
}

fn root(output: &Tensor) -> Root<'_> {
    Root { output, gradient: None }
}

fn refused<T>(result: Result<T>) -> (Code, String) {
    match result {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => (error.code, error.message),
    }
}

fn at_custom(stop: Stop) -> (u64, Vec<Option<Tensor>>) {
    match stop {
        Stop::Custom { function, gradients } => (function, gradients),
        other => panic!("expected a custom function, not {other:?}"),
    }
}

fn at_watched(stop: Stop) -> (u64, Tensor) {
    match stop {
        Stop::Watched { watch, gradient } => (watch, gradient),
        other => panic!("expected a watched tensor, not {other:?}"),
    }
}

fn leaves(s: &mut Session, pass: &ReversePass) -> Vec<(u64, Vec<f32>)> {
    let found = s.leaf_gradients(pass).expect("the pass is done");
    found.iter().map(|(id, gradient)| (*id, values(s, gradient))).collect()
}

/// The values of `x` squared as a guest would do it: outside of the record.
fn square(s: &mut Session, x: &Tensor) -> (u64, Tensor) {
    let was = s.set_recording(false);
    let y = s.unary(UnaryOp::Square, x).expect("a square");
    s.set_recording(was);
    let (function, mut made) = s.custom(&[x], &[&y]).expect("a custom function");
    (function, made.remove(0))
}

/// 2 x g, recorded where the guest records.
fn square_backward(s: &mut Session, x: &Tensor, gradient: &Tensor) -> Tensor {
    let double = scaled(s, x, 2.0);
    product(s, &double, gradient)
}

#[test]
fn a_custom_function_says_the_gradient_of_its_input() {
    let mut s = session();
    let x = leaf(&mut s, &[1.0, -3.0]);
    let h = scaled(&mut s, &x, 2.0);
    let (function, y) = square(&mut s, &h);
    assert!(s.requires_gradient(&y));
    let loss = sum(&mut s, &y);
    let mut pass = s.reverse_pass(&[root(&loss)], None, false, true).expect("a pass");
    let (stopped, gradients) = at_custom(s.advance(&mut pass).expect("a stop"));
    assert_eq!(stopped, function);
    let gradient = gradients[0].clone().expect("the output is used");
    assert_eq!(values(&mut s, &gradient), [1.0, 1.0]);
    let answer = square_backward(&mut s, &h, &gradient);
    assert!(s.requires_gradient(&answer), "between stops the guest's own recording mode holds");
    s.answer_custom(&mut pass, &[Some(&answer)]).expect("an answer");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    // d/dx Σ (2x)² = 8x
    assert_eq!(leaves(&mut s, &pass), [(s.leaf(&x).expect("a leaf"), vec![8.0, -24.0])]);
    let found = s.leaf_gradients(&pass).expect("done");
    assert!(!s.requires_gradient(&found[0].1), "the pass was not recorded");
    assert!(s.set_recording(true), "the guest's mode is as it was");
}

#[test]
fn a_custom_function_of_several_inputs_and_outputs() {
    let mut s = session();
    let (a, b) = (leaf(&mut s, &[2.0, 3.0]), leaf(&mut s, &[5.0, 7.0]));
    let constant = tensor(&mut s, &[1], &[4.0]);
    let made_before = tensor(&mut s, &[2], &[10.0, 21.0]);
    let places = s.full(Dtype::I64, &[2], 3.0).expect("integers");
    let inputs = [&a, &constant, &b, &a];
    let outputs = [&made_before, &places, &made_before, &made_before];
    let (function, out) = s.custom(&inputs, &outputs).expect("a function");
    assert_eq!(out[1].dtype(), Dtype::I64);
    let tracked: Vec<bool> = out.iter().map(|out| s.requires_gradient(out)).collect();
    assert_eq!(tracked, [true, false, true, true], "integers have no gradient");
    let first = scaled(&mut s, &out[0], 3.0);
    let both = s.binary(BinaryOp::Add, &first, &out[2]).expect("a sum");
    let again = s.binary(BinaryOp::Add, &both, &out[0]).expect("a sum");
    let loss = sum(&mut s, &again);
    let mut pass = s.reverse_pass(&[root(&loss)], None, false, true).expect("a pass");
    let (stopped, gradients) = at_custom(s.advance(&mut pass).expect("a stop"));
    assert_eq!((stopped, gradients.len()), (function, 4));
    assert!(gradients[1].is_none() && gradients[3].is_none(), "nothing depends on these");
    let of_outputs: Vec<Vec<f32>> = gradients.iter().flatten().map(|g| values(&mut s, g)).collect();
    assert_eq!(of_outputs, [vec![4.0, 4.0], vec![1.0, 1.0]]);
    let (to_a, more) = (tensor(&mut s, &[2], &[1.0, 2.0]), tensor(&mut s, &[2], &[10.0, 20.0]));
    // The gradient of an input that requires none is left aside, whatever it looks like.
    s.answer_custom(&mut pass, &[Some(&to_a), Some(&to_a), None, Some(&more)]).expect("an answer");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    let found = leaves(&mut s, &pass);
    assert_eq!(found, [(s.leaf(&a).expect("a leaf"), vec![11.0, 22.0])], "b got none");
    assert_eq!(values(&mut s, &to_a), [1.0, 2.0], "what the guest gave is left alone");
}

#[test]
fn custom_functions_chain_and_are_used_twice() {
    let mut s = session();
    let x = leaf(&mut s, &[2.0]);
    let (first, h) = square(&mut s, &x);
    let (second, y) = square(&mut s, &h);
    let sum_of_both = s.binary(BinaryOp::Add, &y, &h).expect("a sum");
    let mut pass = s.reverse_pass(&[root(&sum_of_both)], None, false, true).expect("a pass");
    let mut order = Vec::new();
    while let Stop::Custom { function, gradients } = s.advance(&mut pass).expect("a stop") {
        order.push(function);
        let input = if function == second { &h } else { &x };
        let answer = square_backward(&mut s, input, gradients[0].as_ref().expect("used"));
        s.answer_custom(&mut pass, &[Some(&answer)]).expect("an answer");
    }
    assert_eq!(order, [second, first], "each once, when all gradients of its outputs are whole");
    // x⁴ + x²
    assert_eq!(leaves(&mut s, &pass)[0].1, [4.0 * 8.0 + 2.0 * 2.0]);
}

#[test]
fn a_custom_function_off_the_way_is_not_asked() {
    let mut s = session();
    let (x, z) = (leaf(&mut s, &[2.0]), leaf(&mut s, &[3.0]));
    let (_, y) = square(&mut s, &x);
    let output = product(&mut s, &y, &z);
    for wanted in [&z, &y] {
        let mut pass = s.reverse_pass(&[root(&output)], Some(&[wanted]), false, true).expect("a pass");
        assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)), "no custom stop");
        let found = s.input_gradients(&pass).expect("done");
        let found = values(&mut s, found[0].as_ref().expect("the output depends on it"));
        assert_eq!(found, if s.leaf(wanted).is_some() { [4.0] } else { [3.0] });
        assert_eq!(s.gradients(&output, &[wanted], None, true).expect("no stop").len(), 1);
    }
    assert_eq!(refused(s.backward(&output, None, true)).0, Code::Gradient);
    assert_eq!(refused(s.gradients(&output, &[&x], None, true)).0, Code::Gradient);
    assert!(s.set_recording(true), "a pass that failed restores the recording mode");
    // Nothing to record: no input requires a gradient, or nothing is recorded.
    let constant = tensor(&mut s, &[1], &[2.0]);
    let (_, made) = s.custom(&[&constant], &[&constant]).expect("values");
    assert!(!s.requires_gradient(&made[0]));
    s.set_recording(false);
    let (_, made) = s.custom(&[&x], &[&x]).expect("values");
    assert!(!s.requires_gradient(&made[0]) && s.leaf(&made[0]).is_none());
    s.set_recording(true);
    let (_, made) = s.custom(&[&x], &[&x]).expect("an output may be an input");
    assert!(s.requires_gradient(&made[0]) && s.leaf(&made[0]).is_none());
}

#[test]
fn watched_tensors_show_their_whole_gradient_and_take_another() {
    let mut s = session();
    let x = leaf(&mut s, &[1.0, 2.0]);
    let h = scaled(&mut s, &x, 3.0);
    let a = scaled(&mut s, &h, 1.0);
    let b = scaled(&mut s, &h, 10.0);
    let both = s.binary(BinaryOp::Add, &a, &b).expect("a sum");
    let more = s.binary(BinaryOp::Add, &both, &x).expect("a sum");
    let unused = scaled(&mut s, &x, 5.0);
    let loss = sum(&mut s, &more);
    let watches: Vec<u64> = [&unused, &h, &loss].map(|x| s.watch(x).expect("a watch")).to_vec();
    assert_eq!(s.watch(&h), Ok(watches[1]), "the same watch again");
    let mut pass = s.reverse_pass(&[root(&loss)], None, false, true).expect("a pass");
    let mut seen = Vec::new();
    while let Stop::Watched { watch, gradient } = s.advance(&mut pass).expect("a stop") {
        seen.push((watch, values(&mut s, &gradient)));
        // The loss's own stays as it is without an answer.
        if watch == watches[1] {
            let double = scaled(&mut s, &gradient, 2.0);
            s.answer_watched(&mut pass, &double).expect("an answer");
            assert_eq!(refused(s.answer_watched(&mut pass, &double)).0, Code::Gradient, "answered already");
        }
    }
    assert_eq!(seen, [(watches[2], vec![1.0]), (watches[1], vec![11.0, 11.0])]);
    assert_eq!(leaves(&mut s, &pass)[0].1, [67.0, 67.0]);
    assert_eq!(refused(s.backward(&loss, None, true)).0, Code::Gradient, "one call has no stops");
    // What is captured for an input is what its watcher made of it.
    let mut pass = s.reverse_pass(&[root(&loss)], Some(&[&h, &x]), false, true).expect("a pass");
    at_watched(s.advance(&mut pass).expect("the loss"));
    let (_, gradient) = at_watched(s.advance(&mut pass).expect("a stop"));
    let half = scaled(&mut s, &gradient, 0.5);
    s.answer_watched(&mut pass, &half).expect("an answer");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    let found = s.input_gradients(&pass).expect("done");
    let found: Vec<Vec<f32>> = found.iter().flatten().map(|gradient| values(&mut s, gradient)).collect();
    assert_eq!(found, [vec![5.5, 5.5], vec![17.5, 17.5]]);
}

#[test]
fn what_is_gone_is_told_once() {
    let mut s = session();
    let x = leaf(&mut s, &[1.0]);
    let before = s.usage().tensors;
    let h = scaled(&mut s, &x, 3.0);
    let watch = s.watch(&h).expect("a watch");
    let (function, y) = square(&mut s, &h);
    let (other, z) = square(&mut s, &x);
    assert_eq!(s.released(), Vec::<u64>::new());
    drop((h, z));
    assert_eq!(s.released(), [other], "the watched result is part of the record yet");
    let pass = s.reverse_pass(&[root(&y)], None, false, true).expect("a pass");
    drop(y);
    assert_eq!(s.released(), Vec::<u64>::new(), "the pass keeps the record");
    drop(pass);
    assert_eq!(s.usage().tensors, before + 2, "what nobody has heard of counts");
    let mut gone = s.released();
    gone.sort_unstable();
    assert_eq!(gone, [watch, function]);
    assert_eq!((s.released(), s.usage().tensors), (Vec::new(), before));
}

#[test]
fn a_custom_function_inside_recorded_passes() {
    let mut s = session();
    let x = leaf(&mut s, &[0.5]);
    s.set_recording(false);
    let exp = s.unary(UnaryOp::Exp, &x).expect("exp");
    s.set_recording(true);
    let (_, made) = s.custom(&[&x], &[&exp]).expect("a function");
    let mut y = made[0].clone();
    let expected = values(&mut s, &exp)[0];
    for _ in 0..3 {
        // The derivative reads the function's own output, as part of the record: then it has derivatives too.
        let mut pass = s.reverse_pass(&[root(&y)], Some(&[&x, &made[0]]), true, true).expect("a pass");
        let (_, gradients) = at_custom(s.advance(&mut pass).expect("a stop"));
        let output = s.output_of(&pass, 0, &exp).expect("its output");
        assert_eq!(refused(s.output_of(&pass, 1, &exp)).0, Code::Gradient);
        let pair = tensor(&mut s, &[2], &[1.0; 2]);
        assert_eq!(refused(s.output_of(&pass, 0, &pair)).0, Code::Shape);
        let answer = product(&mut s, gradients[0].as_ref().expect("used"), &output);
        s.answer_custom(&mut pass, &[Some(&answer)]).expect("an answer");
        assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
        let found = s.input_gradients(&pass).expect("done");
        assert!(found[1].is_some(), "the output that was recorded again is the one that was made");
        y = found[0].clone().expect("it depends on x");
        assert_eq!(values(&mut s, &y), [expected], "every derivative of exp is exp");
    }
}

#[test]
fn an_output_that_nobody_holds_is_recorded_again() {
    let mut s = session();
    let x = leaf(&mut s, &[3.0]);
    let values_of_both = tensor(&mut s, &[1], &[9.0]);
    let (_, mut made) = s.custom(&[&x], &[&values_of_both, &values_of_both]).expect("a function");
    let y = made.remove(0);
    drop(made);
    let mut pass = s.reverse_pass(&[root(&y)], None, true, true).expect("a pass");
    at_custom(s.advance(&mut pass).expect("a stop"));
    let again = s.output_of(&pass, 1, &values_of_both).expect("the other output");
    drop(pass);
    let twice = s.binary(BinaryOp::Add, &again, &y).expect("a sum");
    let mut pass = s.reverse_pass(&[root(&twice)], None, false, true).expect("a pass");
    let (_, gradients) = at_custom(s.advance(&mut pass).expect("a stop"));
    assert!(gradients.iter().all(Option::is_some));
}

#[test]
fn roots_add_up() {
    let mut s = session();
    let x = leaf(&mut s, &[1.0, 2.0]);
    let y = s.unary(UnaryOp::Square, &x).expect("squares");
    let loss = sum(&mut s, &y);
    let weights = tensor(&mut s, &[2], &[10.0, 100.0]);
    let weighted = Root { output: &y, gradient: Some(&weights) };
    let roots = [root(&loss), weighted, root(&loss), Root { output: &x, gradient: Some(&weights) }];
    let mut pass = s.reverse_pass(&roots, None, false, true).expect("a pass");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    assert_eq!(leaves(&mut s, &pass)[0].1, [2.0 * 12.0 + 10.0, 4.0 * 102.0 + 100.0]);
    assert_eq!(values(&mut s, &weights), [10.0, 100.0]);
    let mut nothing = s.reverse_pass(&[], None, false, true).expect("no roots");
    assert!(matches!(s.advance(&mut nothing), Ok(Stop::Done)));
    assert!(leaves(&mut s, &nothing).is_empty());
}

#[test]
fn gradients_share_no_handle() {
    let mut s = session();
    let (a, b) = (leaf(&mut s, &[3.0]), leaf(&mut s, &[4.0]));
    let y = s.binary(BinaryOp::Add, &a, &b).expect("a sum");
    let gradients = s.backward(&y, None, true).expect("backward");
    let both = [&gradients[0].1, &gradients[1].1];
    // Were they one tensor, it would be scaled twice.
    s.clip_gradient_norm(&both, 0.5f64.sqrt()).expect("clipped");
    for gradient in both {
        let clipped = values(&mut s, gradient);
        assert!((clipped[0] - 0.5).abs() < 1e-5, "{clipped:?}");
    }
    // What a watcher does in place to the gradient it sees is done to that tensor's gradient, and to no other.
    let near = scaled(&mut s, &a, 1.0);
    s.watch(&near).expect("a watch");
    let y = s.binary(BinaryOp::Add, &near, &b).expect("a sum");
    let mut pass = s.reverse_pass(&[root(&y)], None, false, true).expect("a pass");
    let (_, gradient) = at_watched(s.advance(&mut pass).expect("a stop"));
    let other = tensor(&mut s, &[1], &[7.0]);
    s.assign(&gradient, &other).expect("assigned");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    let found: Vec<Vec<f32>> = leaves(&mut s, &pass).into_iter().map(|(_, gradient)| gradient).collect();
    assert_eq!(found, [[7.0], [1.0]]);
}

#[test]
fn misuse_is_an_error_and_the_pass_goes_on() {
    let mut s = session();
    let x = leaf(&mut s, &[1.0, 2.0, 3.0]);
    let h = scaled(&mut s, &x, 1.0);
    let (_, y) = square(&mut s, &h);
    s.watch(&h).expect("a watch");
    let loss = sum(&mut s, &y);
    let constant = tensor(&mut s, &[3], &[1.0; 3]);
    assert_eq!(refused(s.reverse_pass(&[root(&constant)], None, false, true)).0, Code::Gradient);
    assert_eq!(refused(s.reverse_pass(&[root(&y)], None, false, true)).0, Code::Gradient);
    assert_eq!(refused(s.reverse_pass(&[root(&loss)], Some(&[&constant]), false, true)).0, Code::Gradient);
    assert_eq!(refused(s.watch(&constant)).0, Code::Gradient);
    assert_eq!(refused(s.watch(&x)).0, Code::Gradient, "a leaf");
    let bad = Root { output: &loss, gradient: Some(&constant) };
    assert_eq!(refused(s.reverse_pass(&[bad], None, false, true)).0, Code::Shape);

    let mut other = session();
    let foreign = tensor(&mut other, &[3], &[1.0; 3]);
    assert_eq!(refused(s.custom(&[&foreign], &[])).0, Code::Argument);
    assert_eq!(refused(s.custom(&[&x], &[&foreign])).0, Code::Argument);
    assert_eq!(refused(s.reverse_pass(&[root(&foreign)], None, false, true)).0, Code::Argument);
    assert_eq!(refused(s.watch(&foreign)).0, Code::Argument);

    let mut pass = s.reverse_pass(&[root(&loss)], None, false, true).expect("a pass");
    assert_eq!(refused(s.answer_custom(&mut pass, &[Some(&constant)])).0, Code::Gradient, "too early");
    assert_eq!(refused(s.answer_watched(&mut pass, &constant)).0, Code::Gradient, "too early");
    assert_eq!(refused(s.output_of(&pass, 0, &constant)).0, Code::Gradient, "too early");
    assert_eq!(refused(s.leaf_gradients(&pass)).0, Code::Gradient, "too early");
    assert_eq!(refused(s.input_gradients(&pass)).0, Code::Gradient, "too early");
    assert_eq!(refused(other.advance(&mut pass)).0, Code::Argument);
    assert_eq!(refused(other.answer_custom(&mut pass, &[None])).0, Code::Argument);
    at_custom(s.advance(&mut pass).expect("a stop"));
    assert_eq!(refused(s.advance(&mut pass)).0, Code::Gradient, "an answer is due");
    assert_eq!(refused(s.answer_watched(&mut pass, &constant)).0, Code::Gradient, "the other kind of stop");
    assert_eq!(refused(s.answer_custom(&mut pass, &[])).0, Code::Gradient);
    assert_eq!(refused(s.answer_custom(&mut pass, &[None, None])).0, Code::Gradient);
    assert_eq!(refused(s.answer_custom(&mut pass, &[Some(&foreign)])).0, Code::Argument);
    let one = tensor(&mut s, &[1], &[1.0]);
    let (code, message) = refused(s.answer_custom(&mut pass, &[Some(&one)]));
    assert_eq!(code, Code::Shape);
    assert_eq!(
        message,
        "Function returned an invalid gradient at index 0 - got [1] but expected shape compatible with [3]"
    );
    let whole = s.full(Dtype::I64, &[3], 1.0).expect("integers");
    assert_eq!(refused(s.answer_custom(&mut pass, &[Some(&whole)])).0, Code::Dtype);
    s.answer_custom(&mut pass, &[Some(&constant)]).expect("at last");
    assert_eq!(refused(s.answer_custom(&mut pass, &[Some(&constant)])).0, Code::Gradient, "twice");
    at_watched(s.advance(&mut pass).expect("a stop"));
    assert_eq!(refused(s.answer_custom(&mut pass, &[None])).0, Code::Gradient);
    assert_eq!(refused(s.answer_watched(&mut pass, &one)).0, Code::Shape);
    assert_eq!(refused(s.answer_watched(&mut pass, &whole)).0, Code::Dtype);
    assert_eq!(refused(s.answer_watched(&mut pass, &foreign)).0, Code::Argument);
    s.answer_watched(&mut pass, &constant).expect("an answer");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    assert_eq!(refused(s.answer_watched(&mut pass, &constant)).0, Code::Gradient, "after the end");
    assert_eq!(refused(s.input_gradients(&pass)).0, Code::Gradient, "leaves were asked for");
    assert_eq!(leaves(&mut s, &pass)[0].1, [1.0; 3]);
}

#[test]
fn a_pass_outlives_the_graph_and_gives_back_what_it_held() {
    let mut s = session();
    let x = leaf(&mut s, &[1.5]);
    let before = s.usage();
    let (_, y) = square(&mut s, &x);
    let (_, z) = square(&mut s, &y);
    let loss = sum(&mut s, &z);
    let mut pass = s.reverse_pass(&[root(&loss)], None, false, true).expect("a pass");
    drop((loss, y, z));
    at_custom(s.advance(&mut pass).expect("a stop"));
    s.answer_custom(&mut pass, &[None]).expect("none is 0");
    assert!(matches!(s.advance(&mut pass), Ok(Stop::Done)));
    assert!(leaves(&mut s, &pass).is_empty());
    drop(pass);
    assert_eq!(s.released().len(), 2);
    let after = s.usage();
    assert_eq!((after.tensors, after.tensor_bytes), (before.tensors, before.tensor_bytes));
}

#[test]
fn passes_are_within_the_quotas_and_can_be_cancelled() {
    fn moves<T: Send>(_: &T) {}
    let mut s = session_within(Limits { tensor_bytes: 1 << 16, ..ROOMY });
    let x = leaf(&mut s, &[1.0]);
    let mut y = scaled(&mut s, &x, 1.0);
    for _ in 0..200 {
        y = scaled(&mut s, &y, 1.0);
    }
    let mut passes = Vec::new();
    let refusal = loop {
        match s.reverse_pass(&[root(&y)], None, false, true) {
            Ok(pass) => passes.push(pass),
            Err(error) => break error,
        }
        assert!(passes.len() < 1000, "passes that are kept take memory");
    };
    assert_eq!(refusal.code, Code::QuotaTensorMemory);
    moves(&passes);
    let many = vec![&x; 1 << 16];
    assert_eq!(refused(s.custom(&many, &[])).0, Code::QuotaTensorMemory);

    let mut s = session();
    let x = leaf(&mut s, &[1.0]);
    let (_, y) = square(&mut s, &x);
    let mut pass = s.reverse_pass(&[root(&y)], None, false, true).expect("a pass");
    let token = s.cancel_token();
    token.store(true, Ordering::Relaxed);
    assert_eq!(refused(s.advance(&mut pass)).0, Code::Cancelled);
    token.store(false, Ordering::Relaxed);
    at_custom(s.advance(&mut pass).expect("a stop"));
    token.store(true, Ordering::Relaxed);
    assert_eq!(refused(s.answer_custom(&mut pass, &[Some(&x)])).0, Code::Cancelled);
    token.store(false, Ordering::Relaxed);
    s.set_deadline(s.elapsed_seconds());
    assert_eq!(refused(s.reverse_pass(&[root(&y)], None, false, true)).0, Code::QuotaDeviceTime);
}

#[test]
fn a_million_custom_functions_neither_recurse_nor_leak() {
    let mut s = session_within(Limits { tensor_bytes: 1 << 31, ..ROOMY });
    let x = leaf(&mut s, &[1.0]);
    let before = s.usage().tensors;
    let mut y = x.clone();
    for _ in 0..300_000 {
        y = s.custom(&[&y], &[&y]).expect("a function").1.remove(0);
    }
    s.watch(&y).expect("a watch");
    let mut pass = s.reverse_pass(&[root(&y)], None, false, true).expect("a pass");
    drop(y);
    at_watched(s.advance(&mut pass).expect("a stop"));
    for _ in 0..1000 {
        let (_, gradients) = at_custom(s.advance(&mut pass).expect("a stop"));
        s.answer_custom(&mut pass, &[gradients[0].as_ref()]).expect("an answer");
    }
    drop(pass);
    assert_eq!(s.released().len(), 300_001);
    assert_eq!(s.usage().tensors, before);
}
