//! What users and parties have in common: annotations, versions, updates by mask, identity providers.

mod annotations;
mod metadata;
mod update_mask;

pub(super) use annotations::{Annotations, check_annotations, merge_annotations};
pub(super) use metadata::{
    Metadata, UpdateError, identity_provider, known_identity_provider, resource_version,
    unset_version,
};
pub(super) use update_mask::{MaskError, UpdateMask};
