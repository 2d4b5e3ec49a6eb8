//! Lets a language model read, edit and try the program, step by step.
