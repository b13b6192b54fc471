//! Metrics for Prometheus.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Buckets of durations, in seconds.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The metrics of the process.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts to collect. A second call gives the same collection.
    ///
    /// # Errors
    /// If another recorder was installed, by somebody else.
    pub fn install() -> Result<Self, String> {
        static INSTALLED: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
        INSTALLED
            .get_or_init(|| {
                let installed = PrometheusBuilder::new()
                    .set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &SECONDS)
                    .and_then(PrometheusBuilder::install_recorder)
                    .map_err(|error| error.to_string());
                describe();
                installed
            })
            .clone()
            .map(Self)
    }

    /// Everything collected, as Prometheus reads it.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Says what each metric is.
fn describe() {
    for (name, help) in COUNTERS {
        metrics::describe_counter!(*name, *help);
    }
    for (name, help) in HISTOGRAMS {
        metrics::describe_histogram!(*name, *help);
    }
    metrics::describe_gauge!("daml_health_status", "1 if the component is ready, else 0");
    for (name, help) in COMMITMENTS {
        metrics::describe_gauge!(*name, *help);
    }
    metrics::describe_gauge!(
        "jura_pruned_offset",
        "the offset up to which a participant has pruned"
    );
    metrics::describe_gauge!(
        "jura_sequencer_acknowledgement_lag_seconds",
        "sequencing time between a member's last event and the last one that it has kept"
    );
}

/// Microseconds since 1970.
const COMMITMENTS: &[(&str, &str)] = &[
    (
        "daml_participant_sync_commitments_last_incoming_received",
        "end of the period of the last commitment received",
    ),
    (
        "daml_participant_sync_commitments_last_incoming_processed",
        "end of the period of the last commitment compared",
    ),
    (
        "daml_participant_sync_commitments_last_locally_completed",
        "end of the last period for which commitments were computed",
    ),
];

const COUNTERS: &[(&str, &str)] = &[
    (
        "daml_participant_sync_commitments_catchup_mode_enabled",
        "boundaries to which a participant came late, so that it may leave some out",
    ),
    ("daml_grpc_server_started_total", "gRPC calls begun"),
    (
        "daml_grpc_server_handled_total",
        "gRPC calls ended, by code",
    ),
    (
        "daml_grpc_server_messages_received_total",
        "messages received over gRPC",
    ),
    (
        "daml_grpc_server_messages_sent_total",
        "messages sent over gRPC",
    ),
    (
        "daml_mediator_requests",
        "confirmation requests that the mediator received",
    ),
    (
        "daml_sequencer_public_api_processed",
        "requests that the sequencer processed",
    ),
    (
        "jura_acs_commitment_mismatches_total",
        "commitments of others that say something else than this participant",
    ),
    (
        "daml_services_pruning_prune_started_total",
        "requests to prune that were valid",
    ),
    (
        "daml_services_pruning_prune_completed_total",
        "requests to prune after which everything is deleted",
    ),
    (
        "jura_pruning_entries_total",
        "entries of the event log that were looked at to delete what nobody needs",
    ),
    (
        "jura_indexer_entries_total",
        "entries of the event log that were indexed",
    ),
    (
        "jura_malformed_requests_total",
        "sequenced requests that could not be read",
    ),
    (
        "jura_refused_messages_total",
        "sequenced messages that were refused",
    ),
    (
        "jura_role_restarts_total",
        "roles that ended and were built anew",
    ),
    (
        "jura_sequencer_refused_requests_total",
        "requests to the sequencer that no honest member makes, by reason",
    ),
    (
        "jura_sequencer_violations_total",
        "pages of events that members did not believe, by kind",
    ),
];

const HISTOGRAMS: &[(&str, &str)] = &[
    (
        "daml_grpc_server_duration_seconds",
        "how long gRPC calls took",
    ),
    (
        "daml_grpc_server_messages_received_bytes",
        "sizes of messages received over gRPC",
    ),
    (
        "daml_grpc_server_messages_sent_bytes",
        "sizes of messages sent over gRPC",
    ),
];
