//! A view that is in no other visible one, with those inside of it.

use crate::lf::engine::Interpreted;
use crate::lf::transaction::Node;
use crate::protocol::{LightView, Recipients, ViewPosition};

/// A view where it stands.
#[derive(Debug)]
pub struct VisibleView<'v> {
    /// Where.
    pub position: ViewPosition,
    /// The view.
    pub view: &'v LightView,
    /// Who else got it, as far as we are told.
    pub recipients: &'v Recipients,
}

/// What is checked as one: it was interpreted, and says what those inside of it must be.
#[derive(Debug)]
pub struct TopView<'v> {
    /// The view.
    pub visible: VisibleView<'v>,
    /// Those inside of it, at whatever depth, in their order.
    pub inside: Vec<VisibleView<'v>>,
    /// Its first node, as it was sent.
    pub action: Node,
    /// What came of interpreting that again.
    pub replayed: Result<Box<Interpreted>, String>,
}

impl TopView<'_> {
    /// Whether a position is inside of the view.
    pub fn has_inside(&self, position: &ViewPosition) -> bool {
        position.is_inside(&self.visible.position)
    }

    /// Whether it changes nothing.
    pub fn is_rolled_back(&self) -> bool {
        self.visible.view.view.data.content().rolled_back
    }
}
