//! Are the views cut as they must be: with those informees and quorums, and those views inside of them?

use std::collections::BTreeMap;

use super::{Request, malformed};
use crate::lf::engine::Interpreted;
use crate::participant::confirmation::Problem;
use crate::participant::confirmation::top_view::{TopView, VisibleView};
use crate::participant::views::{Known, created_instances, decompose, view_data};
use crate::protocol::{ViewConfirmers, ViewData, ViewPosition};

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    for top in request.tops {
        // a view that leads to nothing is refused by the check before
        if let Ok(replayed) = &top.replayed {
            check_top(request, top, replayed)?;
        }
    }
    Ok(())
}

fn check_top(
    request: &Request<'_>,
    top: &TopView<'_>,
    replayed: &Interpreted,
) -> Result<(), Problem> {
    let mut expected = expected(request, top, replayed)?;
    for visible in std::iter::once(&top.visible).chain(&top.inside) {
        let Some((confirmers, data)) = expected.remove(&visible.position) else {
            return Err(malformed(format!(
                "view {} is none of the transaction's",
                visible.position
            )));
        };
        compare(visible, &confirmers, &data)?;
    }
    match expected.into_keys().next() {
        None => Ok(()),
        Some(position) => Err(malformed(format!("view {position} is withheld"))),
    }
}

/// What the views must be, by what interpretation has come to.
fn expected(
    request: &Request<'_>,
    top: &TopView<'_>,
    replayed: &Interpreted,
) -> Result<BTreeMap<ViewPosition, (ViewConfirmers, ViewData)>, Problem> {
    let transaction = &replayed.transaction;
    let planned = decompose(transaction, request.topology).map_err(|unknown| {
        let party = unknown.0.into_iter().next();
        malformed(format!(
            "nobody hosts {}",
            party.map_or_else(String::new, |it| it.to_string())
        ))
    })?;
    let mut contracts = request.inputs.clone();
    let ledger_time = request.times.ledger_time;
    contracts.extend(created_instances(
        transaction,
        &replayed.node_seeds,
        ledger_time,
    ));
    let known = Known {
        seeds: &replayed.node_seeds,
        contracts: &contracts,
        package_preference: &top.visible.view.view.data.content().package_preference,
    };
    let above = &top.visible.position.0;
    let positions = planned.positions().into_iter();
    let views = positions.zip(planned.iter()).map(|(position, view)| {
        // the part's only root stands where the view does
        let position = ViewPosition([above, &position.0[1..]].concat());
        let rolled_back = view.rolled_back || top.is_rolled_back();
        let data = view_data(transaction, view.root, rolled_back, &known)
            .ok_or_else(|| malformed("a view uses a contract that did not come with it"))?;
        Ok((position, (view.confirmers.clone(), data)))
    });
    views.collect()
}

fn compare(
    visible: &VisibleView<'_>,
    confirmers: &ViewConfirmers,
    data: &ViewData,
) -> Result<(), Problem> {
    let position = &visible.position;
    if visible.view.view.confirmers.content() != confirmers {
        return Err(malformed(format!(
            "informees or quorums of view {position} are not those whom it concerns"
        )));
    }
    if visible.view.view.data.content() != data {
        return Err(malformed(format!(
            "view {position} does not hold what interpretation comes to"
        )));
    }
    Ok(())
}
