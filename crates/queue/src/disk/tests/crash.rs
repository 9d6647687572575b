//! Any sequence of publishing, consuming, housekeeping, crashing and restarting keeps every promise: a model test.

use proptest::prelude::*;

use super::rig::Rig;
use super::sim::Fault;

#[derive(Debug, Clone)]
enum Step {
    Publish {
        count: usize,
        bytes: usize,
    },
    Consume {
        group: usize,
        max_bytes: usize,
        ack: bool,
    },
    StoreCursors,
    DestroyConsumed,
    PrepareSpare,
    Retire,
    CleanRestart,
    /// The machine stops somewhere in what follows.
    StopAfter {
        calls: u64,
    },
    CrashNow {
        keep_some: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..6_usize, 0..1500_usize).prop_map(|(count, bytes)| Step::Publish { count, bytes }),
        4 => (0..2_usize, 1..4000_usize, prop::bool::weighted(0.8)).prop_map(|(group, max_bytes, ack)| Step::Consume { group, max_bytes, ack }),
        2 => Just(Step::StoreCursors),
        2 => Just(Step::DestroyConsumed),
        2 => Just(Step::PrepareSpare),
        1 => Just(Step::Retire),
        1 => Just(Step::CleanRestart),
        3 => (0..25_u64).prop_map(|calls| Step::StopAfter { calls }),
        1 => any::<bool>().prop_map(|keep_some| Step::CrashNow { keep_some }),
    ]
}

fn run(rig: &mut Rig, step: &Step) {
    // Errors are allowed only while the machine is stopping; then the results do not matter, only what was promised before.
    match *step {
        Step::Publish { count, bytes } => {
            let results = rig.publish(count, bytes);
            assert!(rig.sim.is_stopped() || results.iter().all(Result::is_ok), "{results:?}");
        }
        Step::Consume { group, max_bytes, ack } => {
            let result = rig.consume(group, max_bytes, ack);
            assert!(rig.sim.is_stopped() || result.is_ok(), "{result:?}");
        }
        Step::StoreCursors => assert!(rig.log.store_cursors().is_ok() || rig.sim.is_stopped()),
        Step::DestroyConsumed => assert!(rig.log.destroy_consumed().is_ok() || rig.sim.is_stopped()),
        Step::PrepareSpare => assert!(rig.log.prepare_spare().is_ok() || rig.sim.is_stopped()),
        Step::Retire => rig.retire(),
        Step::CleanRestart => {
            rig.close();
            if !rig.sim.is_stopped() {
                restart(rig, false);
            }
        }
        Step::StopAfter { calls } => rig.sim.arm(calls, Fault::Stop),
        Step::CrashNow { keep_some } => restart(rig, keep_some),
    }
}

fn restart(rig: &mut Rig, keep_some: bool) {
    rig.sim.restart(keep_some);
    rig.reopen().unwrap();
    rig.verify();
}

/// A few seconds' worth; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 80 },
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nothing_acknowledged_is_lost(seed in any::<u64>(), steps in prop::collection::vec(step(), 1..60), keep_some in any::<bool>()) {
        let mut rig = Rig::new(seed);
        for step in &steps {
            run(&mut rig, step);
            if rig.sim.is_stopped() {
                restart(&mut rig, keep_some);
            }
        }
        restart(&mut rig, keep_some);
        // After all that it still works.
        prop_assert!(rig.publish(1, 10)[0].is_ok());
        rig.verify();
    }
}

/// A crash in the middle of opening must leave a folder that opens.
#[test]
fn a_crash_while_opening_is_a_crash_like_any_other() {
    for calls in 0..200 {
        let mut rig = Rig::new(calls + 1);
        for _ in 0..4 {
            rig.publish(3, 700);
        }
        rig.log.prepare_spare().unwrap();
        rig.consume(0, 100_000, true).unwrap();
        rig.consume(1, 5000, true).unwrap();
        rig.log.store_cursors().unwrap();
        rig.sim.restart(true);
        rig.sim.arm(calls, Fault::Stop);
        let opened = rig.reopen();
        let reached = !rig.sim.disarm();
        assert!(reached || opened.is_ok());
        restart(&mut rig, true);
        if !reached {
            return;
        }
    }
    panic!("opening took more than 200 calls");
}
