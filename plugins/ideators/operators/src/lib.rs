//! Research moves on a GPT training program, without a language model.
