//! How far it is, on standard error if that is a terminal, nowhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::script::report::Summary;

pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(scripts: usize) -> Self {
        let length = u64::try_from(scripts).unwrap_or(u64::MAX);
        // indicatif hides a bar of which nobody sees anything
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{pos:>4}/{len} {bar:30.cyan/dim} {prefix} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    pub(super) fn begin(&self, script: &str) {
        self.0.set_message(script.to_owned());
        self.0.tick();
    }

    /// Prints without the bar in the way.
    pub(super) fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    pub(super) fn done(&self, summary: &Summary) {
        self.0.inc(1);
        if summary.failed > 0 {
            self.0.set_prefix(format!("{} failed", summary.failed));
        }
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
