//! Is the transaction what the model says about the views' first nodes?

use super::{Request, malformed};
use crate::participant::confirmation::Problem;
use crate::participant::views::effects_hash;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    for top in request.tops {
        let position = &top.visible.position;
        match &top.replayed {
            Err(error) => {
                return Err(malformed(format!(
                    "the action of view {position} leads to no transaction: {error}"
                )));
            }
            Ok(replayed) => {
                let effects = top.visible.view.view.data.content().effects;
                if effects_hash(&replayed.transaction) != effects {
                    return Err(malformed(format!(
                        "view {position} is not what its action leads to"
                    )));
                }
            }
        }
    }
    Ok(())
}
