//! The research moves: what a person would try on a small GPT, each as data.
//!
//! A move is a set of edits to the text of the baseline program. A text that an edit looks for must occur exactly
//! once, in the program as the moves before it in the table have left it: two moves that do not go together therefore
//! fail to apply, and are never proposed together.

mod architecture;
mod attention;
mod batch;
mod embedding;
mod initialisation;
mod optimizer;
mod regularisation;
mod schedule;

/// One research move.
#[derive(Debug)]
pub struct Move {
    /// Unique; the idea's label.
    pub name: &'static str,
    /// In a few words; `{parameter}` stands for its value.
    pub title: &'static str,
    /// Why it may help, with its source where it has one.
    pub rationale: &'static str,
    /// What can be chosen.
    pub parameters: &'static [Parameter],
    /// Moves it makes no sense with, though the texts would allow it.
    pub excludes: &'static [&'static str],
    /// What it does to the program, in order.
    pub edits: &'static [Edit],
}

/// Something to choose, from the mildest value to the boldest where there is such an order.
#[derive(Debug)]
pub struct Parameter {
    /// `{name}` in the title and in the edits stands for the chosen value.
    pub name: &'static str,
    /// Python literals without spaces.
    pub values: &'static [&'static str],
}

/// One change to the program's text.
#[derive(Debug)]
pub struct Edit {
    /// Must occur exactly once.
    pub find: &'static str,
    /// Where the new text goes.
    pub place: Place,
    /// The new text.
    pub text: &'static str,
}

/// Where an edit's text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before what was found, which stays.
    Before,
    /// After what was found, which stays.
    After,
    /// Instead of what was found.
    Instead,
}

/// The families in the order in which their moves are applied, under the name that ideas carry as a label.
const FAMILIES: [(&str, &[Move]); 8] = [
    ("batch shape", batch::MOVES),
    ("architecture", architecture::MOVES),
    ("embedding", embedding::MOVES),
    ("attention", attention::MOVES),
    ("initialisation", initialisation::MOVES),
    ("optimizer", optimizer::MOVES),
    ("schedule", schedule::MOVES),
    ("regularisation", regularisation::MOVES),
];

/// All moves with their families, in the order in which they are applied.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Move)> {
    FAMILIES.iter().flat_map(|(family, moves)| moves.iter().map(move |one| (*family, one)))
}

impl Move {
    /// `template` with the chosen values in it.
    pub fn fill(&self, template: &str, choices: &[usize]) -> String {
        let mut text = template.to_string();
        for (parameter, &choice) in self.parameters.iter().zip(choices) {
            text = text.replace(&format!("{{{}}}", parameter.name), parameter.values[choice]);
        }
        text
    }
}

const fn before(find: &'static str, text: &'static str) -> Edit {
    Edit { find, place: Place::Before, text }
}

const fn after(find: &'static str, text: &'static str) -> Edit {
    Edit { find, place: Place::After, text }
}

const fn instead(find: &'static str, text: &'static str) -> Edit {
    Edit { find, place: Place::Instead, text }
}

const fn one_of(name: &'static str, values: &'static [&'static str]) -> Parameter {
    Parameter { name, values }
}

// Places in the program where several moves add something.
const PROFILE: &str = "    config = PROFILES[profile]\n";
const MODEL_INIT: &str = "        self.apply(self.init_weights)\n";
const LAYERS: &str = "        for i, block in enumerate(self.h):\n";
const ATTENTION_CLASS: &str = "class CausalSelfAttention(nn.Module):\n";
const ATTENTION_OUT: &str = "        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)\n";
const CACHE: &str = "        if cache is not None:\n";
const BLOCK_SCALE: &str = "        self.attn_scale = 1 / math.sqrt(2 * config.n_layer)\n";
const ZERO_GRAD: &str = "        optimizer.zero_grad(set_to_none=True)\n";
const UPDATE: &str = "        optimizer.step()\n";
const LOOP: &str = "    step = 0\n    while True:\n";
const END: &str = "    model.eval()\n";
