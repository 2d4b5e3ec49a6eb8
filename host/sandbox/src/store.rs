//! The one function that builds stores: every limit is set here, before anything of the guest runs.

use std::sync::Arc;
use std::time::Duration;

use proofhouse_compute::data::TokenStream;
use proofhouse_compute::{DeviceModel, Session};
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::cancel::CancelToken;
use crate::data_file::DataFile;
use crate::limits::MemoryLimiter;
use crate::meter::{self, Meter};
use crate::models::{ModelAccess, ModelGrant};
use crate::output::{Output, Sink};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::state::GuestState;
use crate::wall::WallBudget;
use crate::workbench::{BenchAccess, Workbench};

/// What one sandbox is given beside its policy.
pub(crate) struct Grant {
    pub(crate) device: DeviceModel,
    pub(crate) random: RandomStream,
    pub(crate) data: Vec<(String, TokenStream)>,
    /// Files that it may read.
    pub(crate) files: Vec<DataFile>,
    pub(crate) sink: Sink,
    pub(crate) cancel: CancelToken,
    /// Device seconds until the first call after this one: what instantiation and loading may use.
    pub(crate) device_seconds: Option<f64>,
    /// The language models that it may use.
    pub(crate) models: Option<ModelGrant>,
    /// Of an implementer: where it tries its diffs.
    pub(crate) bench: Option<Arc<dyn Workbench>>,
}

/// Ticks between two reports of progress: about five a second.
const TICKS_PER_REPORT: u32 = 40;

/// A store with every limit of `policy` set, ready to instantiate one component.
pub(crate) fn new_store(
    engine: &Engine,
    policy: &Policy,
    grant: Grant,
) -> wasmtime::Result<Store<GuestState>> {
    let mut table = ResourceTable::new();
    table.set_max_capacity(policy.handle_count());
    let meter = Meter::new(policy.instructions, grant.device.instructions_per_second);
    let mut session = Session::new(grant.device, policy.tensor_limits());
    session.set_cancel(grant.cancel.flag());
    let state = GuestState {
        table,
        memory: MemoryLimiter::new(policy.memory_bytes(), policy.table_element_count()),
        meter,
        session,
        output: Output::new(policy.output_bytes(), grant.sink),
        wall: WallBudget::new(policy.wall_seconds),
        cancel: grant.cancel,
        random: grant.random,
        data: grant.data,
        files: grant.files,
        stop: None,
        candidate: None,
        models: ModelAccess::new(grant.models, policy),
        bench: BenchAccess::new(grant.bench, policy),
        call_started_seconds: 0.0,
        calls_after_quota: 0,
        host_call_time: Duration::ZERO,
        host_calls: 0,
        host_call_fuel: policy.host_call_fuel(),
    };
    let mut store = Store::try_new(engine, state)?;
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(policy.host_call_fuel());
    store.set_max_component_handles(policy.handle_count());
    let mut ticks = 0_u32;
    store.epoch_deadline_callback(move |mut cx| {
        let state = cx.data_mut();
        state.check()?;
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(TICKS_PER_REPORT) {
            state.output.progress(state.session.elapsed_seconds());
        }
        Ok(UpdateDeadline::Continue(1))
    });
    meter::begin_call(&mut store, grant.device_seconds)?;
    Ok(store)
}

#[cfg(test)]
mod tests {
    use wasmtime::component::{Component, Linker};

    use super::*;
    use crate::limits::Limit;
    use crate::state::timeless;

    const POLICY: &str = r#"
        imports = []
        memory-mib = 32
        table-elements = 1000
        instructions = 1000000
        wall-seconds = 60.0
        handles = 100
        host-call-fuel-kib = 64
        output-kib = 1
        tensor-mib = 0
        tensors = 0
        elements-per-operation = 0
    "#;

    fn grant() -> Grant {
        Grant {
            device: timeless(),
            random: RandomStream::new(0, "test"),
            data: Vec::new(),
            files: Vec::new(),
            sink: Sink::Kept(Vec::new()),
            cancel: CancelToken::new(),
            device_seconds: None,
            models: None,
            bench: None,
        }
    }

    /// Instantiates a component in a new store; the limit that refused it, if one did.
    fn instantiate(text: &str) -> Result<(), (Option<Limit>, String)> {
        let engine = crate::engine::hardened().unwrap();
        let policy = Policy::parse(POLICY, "test.toml").unwrap();
        let component = Component::new(&engine, wat::parse_str(text).unwrap()).unwrap();
        let mut store = new_store(&engine, &policy, grant()).unwrap();
        let result = Linker::new(&engine).instantiate(&mut store, &component);
        let limit = store.data().memory.refused().map(|hit| hit.limit);
        result.map(drop).map_err(|error| (limit, format!("{error:#}")))
    }

    fn modules(count: usize, module: &str) -> String {
        let modules: String = (0..count)
            .map(|n| format!("(core module $m{n} {module}) (core instance $i{n} (instantiate $m{n}))"))
            .collect();
        format!("(component {modules})")
    }

    #[test]
    fn memory_is_summed_over_all_memories() {
        // 100 pages are 6.25 MiB.
        assert_eq!(instantiate(&modules(5, "(memory 100 200)")), Ok(()));
        let (limit, _) = instantiate(&modules(6, "(memory 100 200)")).unwrap_err();
        assert_eq!(limit, Some(Limit::Memory));
    }

    #[test]
    fn table_elements_are_summed_over_all_tables() {
        assert_eq!(instantiate(&modules(4, "(table 250 funcref)")), Ok(()));
        let (limit, _) = instantiate(&modules(5, "(table 250 funcref)")).unwrap_err();
        assert_eq!(limit, Some(Limit::TableElements));
    }

    #[test]
    fn instances_memories_and_tables_are_counted() {
        assert_eq!(instantiate(&modules(64, "")), Ok(()));
        for (count, module) in [(65, ""), (17, "(memory 0)"), (65, "(table 0 funcref)")] {
            let (_, message) = instantiate(&modules(count, module)).unwrap_err();
            assert!(message.contains("resource limit exceeded"), "{message}");
        }
    }

    #[test]
    fn a_start_function_is_bounded_before_it_runs() {
        let endless = "(func $f (loop $again (br $again))) (start $f)";
        let (_, message) = instantiate(&modules(1, endless)).unwrap_err();
        assert!(message.contains("fuel"), "{message}");
    }
}
