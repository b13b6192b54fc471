//! Did all who must see what is visible here get it, and nobody else?
//!
//! A view goes to the hosts of its informees and to those who see it inside of another; a root view
//! to the submitting participant, too. Who gets a view is told so, down from the outermost view that
//! it sees itself; so nothing is said here about views that this participant does not see. A view
//! that all of its readers but its submitter are denied is noticed by the mediator: it gets the root
//! hashes, and knows whose they must be.

use std::collections::BTreeSet;

use super::{Request, malformed};
use crate::model::{MemberId, MemberKind};
use crate::participant::confirmation::Problem;
use crate::participant::confirmation::top_view::VisibleView;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    check_root_hash(request)?;
    for top in request.tops {
        check_view(request, &[], &top.visible)?;
        for visible in &top.inside {
            let mut around = vec![&top.visible];
            let inside = top.inside.iter();
            around.extend(inside.filter(|it| visible.position.is_inside(&it.position)));
            check_view(request, &around, visible)?;
        }
    }
    Ok(())
}

fn check_root_hash(request: &Request<'_>) -> Result<(), Problem> {
    let mediator = request.topology.members_of(MemberKind::Mediator).next();
    let ourselves = request.checking.member();
    let expected: Vec<&MemberId> = [&ourselves].into_iter().chain(mediator).collect();
    if request.root_recipients.is_group(&expected) {
        Ok(())
    } else {
        Err(malformed(
            "the root hash was not sent to the mediator and this participant alone",
        ))
    }
}

fn check_view(
    request: &Request<'_>,
    around: &[&VisibleView<'_>],
    visible: &VisibleView<'_>,
) -> Result<(), Problem> {
    let readers = around.iter().copied().chain([visible]);
    let expected: Vec<BTreeSet<MemberId>> = readers.map(|it| readers_of(request, it)).collect();
    let actual = visible.recipients.groups();
    if actual == expected {
        return Ok(());
    }
    let all = |groups: &[BTreeSet<MemberId>]| -> BTreeSet<MemberId> {
        groups.iter().flatten().cloned().collect()
    };
    let (expected, actual) = (all(&expected), all(actual));
    let position = &visible.position;
    let missing = expected.difference(&actual).next();
    let extra = actual.difference(&expected).next();
    Err(malformed(match (missing, extra) {
        (Some(missing), _) => format!("view {position} was not sent to {missing}"),
        (None, Some(extra)) => format!("view {position} was sent to {extra}, who must not see it"),
        (None, None) => format!("the recipients of view {position} are told the wrong things"),
    }))
}

/// Who sees a view not only because of those around it.
fn readers_of(request: &Request<'_>, visible: &VisibleView<'_>) -> BTreeSet<MemberId> {
    let informees = &visible.view.view.confirmers.content().informees;
    let hosting = informees
        .iter()
        .filter_map(|party| request.topology.hosting(party));
    let hosts = hosting.flat_map(|it| &it.hosts);
    let mut readers: BTreeSet<MemberId> = hosts.map(|host| host.participant.member()).collect();
    if visible.view.is_root() {
        readers.insert(request.common.submitting_participant.member());
    }
    readers
}
