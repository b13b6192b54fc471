//! As much of a ledger as the load generator uses, in memory, with faults on demand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use canton_proto::com::daml::ledger::api::v2 as api;
use futures_util::stream;
use http::Request;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Response, Status};
use tonic_prost::ProstCodec;
use tonic_types::{ErrorDetails, StatusExt};

use crate::ledger_client::value;

use api::command::Command;
use api::value::Sum;

/// What goes wrong, counted in commands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    /// Every so many commands one is refused for want of time.
    pub(super) busy_every: Option<u64>,
    /// Every so many commands one is committed, but the answer does not come.
    pub(super) lost_every: Option<u64>,
    /// The model is refused.
    pub(super) no_upload: bool,
}

#[derive(Default)]
pub(super) struct State {
    faults: Faults,
    commands: u64,
    pub(super) command_ids: BTreeSet<String>,
    contracts: BTreeMap<String, (api::Identifier, api::Record)>,
    parties: Vec<String>,
    /// How often it was asked for them.
    pub(super) parties_asked: usize,
}

/// A fake ledger that serves until it is dropped.
pub(super) struct FakeLedger {
    pub(super) address: SocketAddr,
    pub(super) state: Arc<Mutex<State>>,
    server: tokio::task::JoinHandle<()>,
}

impl FakeLedger {
    pub(super) fn start(faults: Faults) -> Self {
        let state = Arc::new(Mutex::new(State {
            faults,
            ..State::default()
        }));
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let shared = Arc::clone(&state);
        let service = tower::service_fn(move |request: Request<axum::body::Body>| {
            let state = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(serve(state, request.map(Body::new)).await) }
        });
        let router = axum::Router::new().fallback_service(service);
        let server = tokio::spawn(async move {
            tonic::transport::Server::builder()
                .add_routes(router.into())
                .serve_with_incoming(incoming)
                .await
                .unwrap();
        });
        Self {
            address,
            state,
            server,
        }
    }
}

impl Drop for FakeLedger {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(state: Arc<Mutex<State>>, request: Request<Body>) -> http::Response<Body> {
    let call = request.uri().path().rsplit('/').next().unwrap().to_owned();
    match call.as_str() {
        "GetLedgerApiVersion" => {
            unary(request, |_: api::GetLedgerApiVersionRequest| Ok(version())).await
        }
        "UploadDarFile" => {
            let refuses = state.lock().unwrap().faults.no_upload;
            unary(request, move |_: api::admin::UploadDarFileRequest| {
                upload(refuses)
            })
            .await
        }
        "AllocateParty" => {
            unary(request, move |message| {
                Ok(state.lock().unwrap().allocate(&message))
            })
            .await
        }
        "ListKnownParties" => {
            unary(request, move |_: api::admin::ListKnownPartiesRequest| {
                Ok(state.lock().unwrap().known_parties())
            })
            .await
        }
        "GetLedgerEnd" => {
            unary(request, |_: api::GetLedgerEndRequest| {
                Ok(api::GetLedgerEndResponse::default())
            })
            .await
        }
        "SubmitAndWait" => {
            unary(request, move |message: api::SubmitAndWaitRequest| {
                state.lock().unwrap().submit(message.commands)?;
                Ok(api::SubmitAndWaitResponse::default())
            })
            .await
        }
        "SubmitAndWaitForTransaction" => {
            unary(
                request,
                move |message: api::SubmitAndWaitForTransactionRequest| {
                    let created = state.lock().unwrap().submit(message.commands)?;
                    let created = api::event::Event::Created(created);
                    Ok(api::SubmitAndWaitForTransactionResponse {
                        transaction: Some(api::Transaction {
                            events: vec![api::Event {
                                event: Some(created),
                            }],
                            ..Default::default()
                        }),
                    })
                },
            )
            .await
        }
        "GetActiveContracts" => active_contracts(state, request).await,
        _ => Status::unimplemented(call).into_http(),
    }
}

async fn unary<Q, A>(
    request: Request<Body>,
    mut answer: impl FnMut(Q) -> Result<A, Status>,
) -> http::Response<Body>
where
    Q: prost::Message + Default + Send + 'static,
    A: prost::Message + Default + Send + 'static,
{
    let service = tower::service_fn(move |request: tonic::Request<Q>| {
        std::future::ready(answer(request.into_inner()).map(Response::new))
    });
    Grpc::new(ProstCodec::<A, Q>::default())
        .unary(service, request)
        .await
}

async fn active_contracts(
    state: Arc<Mutex<State>>,
    request: Request<Body>,
) -> http::Response<Body> {
    let service = tower::service_fn(
        move |request: tonic::Request<api::GetActiveContractsRequest>| {
            let answers = state.lock().unwrap().matching(&request.into_inner());
            let answers = stream::iter(answers.into_iter().map(Ok));
            std::future::ready(Ok::<_, Status>(Response::new(answers)))
        },
    );
    let codec =
        ProstCodec::<api::GetActiveContractsResponse, api::GetActiveContractsRequest>::default();
    Grpc::new(codec).server_streaming(service, request).await
}

fn version() -> api::GetLedgerApiVersionResponse {
    api::GetLedgerApiVersionResponse {
        version: "0.0.0-fake".to_owned(),
        features: None,
    }
}

fn upload(refuses: bool) -> Result<api::admin::UploadDarFileResponse, Status> {
    if refuses {
        return Err(Status::permission_denied("An error occurred."));
    }
    Ok(api::admin::UploadDarFileResponse {})
}

fn party_details(party: String) -> api::admin::PartyDetails {
    api::admin::PartyDetails {
        party,
        ..Default::default()
    }
}

impl State {
    fn allocate(
        &mut self,
        message: &api::admin::AllocatePartyRequest,
    ) -> api::admin::AllocatePartyResponse {
        let party = format!("{}::1220ab", message.party_id_hint);
        self.parties.push(party.clone());
        api::admin::AllocatePartyResponse {
            party_details: Some(party_details(party)),
        }
    }

    /// All but those of which it has not heard when it is asked first: half of them.
    fn known_parties(&mut self) -> api::admin::ListKnownPartiesResponse {
        self.parties_asked += 1;
        let heard = match self.parties_asked {
            1 => self.parties.len() / 2,
            _ => self.parties.len(),
        };
        let parties = self.parties[..heard].iter().cloned();
        api::admin::ListKnownPartiesResponse {
            party_details: parties.map(party_details).collect(),
            ..Default::default()
        }
    }

    /// Executes one command; the contract that comes of it.
    fn submit(&mut self, commands: Option<api::Commands>) -> Result<api::CreatedEvent, Status> {
        let commands = commands.unwrap();
        assert!(!commands.user_id.is_empty(), "Canton wants a user");
        assert!(self.command_ids.insert(commands.command_id), "sent twice");
        self.commands += 1;
        let is_due = |every: Option<u64>| every.is_some_and(|n| self.commands.is_multiple_of(n));
        if is_due(self.faults.busy_every) {
            return Err(refusal(Code::Aborted, "PARTICIPANT_BACKPRESSURE", 2));
        }
        let lost = is_due(self.faults.lost_every);
        let command = commands.commands.into_iter().next().unwrap();
        let created = self.execute(command.command.unwrap())?;
        if lost {
            return Err(refusal(Code::DeadlineExceeded, "REQUEST_TIME_OUT", 3));
        }
        Ok(created)
    }

    fn execute(&mut self, command: Command) -> Result<api::CreatedEvent, Status> {
        match command {
            Command::Create(create) => {
                let template = create.template_id.unwrap();
                Ok(self.create(template, create.create_arguments.unwrap()))
            }
            Command::Exercise(exercise) => self.exercise(exercise),
            other => panic!("the load generator does not send {other:?}"),
        }
    }

    fn exercise(&mut self, exercise: api::ExerciseCommand) -> Result<api::CreatedEvent, Status> {
        let (template, mut contract) = self
            .contracts
            .remove(&exercise.contract_id)
            .ok_or_else(|| refusal(Code::NotFound, "CONTRACT_NOT_FOUND", 11))?;
        match exercise.choice.as_str() {
            "Transfer" => {
                let Some(Sum::Record(argument)) = exercise.choice_argument.unwrap().sum else {
                    panic!("a choice has a record");
                };
                contract.fields[1].value = argument.fields[0].value.clone();
                Ok(self.create(template, contract))
            }
            "Join" => {
                contract.fields.remove(0);
                Ok(self.create(value::template("jura-bench", "Bench", "Deal"), contract))
            }
            "Begin" => {
                contract.fields.truncate(1);
                let settlement = value::template("jura-bench", "Bench", "Settlement");
                Ok(self.create(settlement, contract))
            }
            "Settle" | "Accept" | "PayAll" => Ok(self.create(template, contract)),
            other => panic!("the model has no choice {other}"),
        }
    }

    fn create(&mut self, template: api::Identifier, contract: api::Record) -> api::CreatedEvent {
        let id = format!("00{:08x}", self.commands);
        let event = created(&id, &template, &contract);
        self.contracts.insert(id, (template, contract));
        event
    }

    /// Contracts of the template that have the party in some field.
    fn matching(
        &self,
        request: &api::GetActiveContractsRequest,
    ) -> Vec<api::GetActiveContractsResponse> {
        use api::cumulative_filter::IdentifierFilter;
        use api::get_active_contracts_response::ContractEntry;
        let filters = &request.event_format.as_ref().unwrap().filters_by_party;
        let (party, filter) = filters.iter().next().unwrap();
        let Some(IdentifierFilter::TemplateFilter(filter)) =
            &filter.cumulative[0].identifier_filter
        else {
            panic!("the load generator asks by template");
        };
        let sees = |contract: &api::Record| {
            let fields = contract.fields.iter();
            let sums = fields.filter_map(|field| field.value.as_ref()?.sum.as_ref());
            sums.into_iter()
                .any(|sum| *sum == Sum::Party(party.clone()))
        };
        self.contracts
            .iter()
            .filter(|(_, (template, contract))| {
                filter.template_id.as_ref() == Some(template) && sees(contract)
            })
            .map(
                |(id, (template, contract))| api::GetActiveContractsResponse {
                    contract_entry: Some(ContractEntry::ActiveContract(api::ActiveContract {
                        created_event: Some(created(id, template, contract)),
                        ..Default::default()
                    })),
                    ..Default::default()
                },
            )
            .collect()
    }
}

/// As ledgers tell it when nobody asks for field names.
fn created(id: &str, template: &api::Identifier, contract: &api::Record) -> api::CreatedEvent {
    let mut contract = contract.clone();
    for field in &mut contract.fields {
        field.label.clear();
    }
    api::CreatedEvent {
        contract_id: id.to_owned(),
        template_id: Some(template.clone()),
        create_arguments: Some(contract),
        ..Default::default()
    }
}

fn refusal(code: Code, id: &str, category: u8) -> Status {
    let metadata = HashMap::from([("category".to_owned(), category.to_string())]);
    let mut details = ErrorDetails::new();
    details.set_error_info(id, "", metadata);
    Status::with_error_details(code, format!("{id}({category},0): by request"), details)
}
