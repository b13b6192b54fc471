//! Bodies that count what goes through them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};

use super::framing::Framing;
use super::meters::Method;

/// The body of an answer. Counts the call as handled at its end, whichever that is.
pub(super) struct Answer {
    inner: Body,
    call: Option<Call>,
    framing: Framing,
}

/// A call that has not been counted as handled.
pub(super) struct Call {
    method: Arc<Method>,
    since: Instant,
}

impl Call {
    /// A call that begins now.
    #[allow(clippy::disallowed_methods, reason = "a duration, not a time of day")]
    pub(super) fn begin(method: Arc<Method>) -> Self {
        method.started.increment(1);
        Self {
            method,
            since: Instant::now(),
        }
    }

    /// The call ends.
    fn end(self, code: Code) {
        self.method.handled(code);
        self.method.duration.record(self.since.elapsed());
    }
}

impl Answer {
    /// Wraps the body of an answer whose headers say how the call ended, if it ended already.
    pub(super) fn new(inner: Body, headers: &HeaderMap, call: Call) -> Self {
        let mut call = Some(call);
        if let Some(status) = Status::from_header_map(headers)
            && let Some(call) = call.take()
        {
            call.end(status.code());
        }
        Self {
            inner,
            call,
            framing: Framing::default(),
        }
    }

    fn count(&mut self, piece: &[u8]) {
        if let Some(Call { method, .. }) = &self.call {
            self.framing.feed(piece, |length| {
                method.sent.increment(1);
                method.sent_bytes.record(size(length));
            });
        }
    }

    fn end(&mut self, code: Code) {
        if let Some(call) = self.call.take() {
            call.end(code);
        }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => self.end(Code::Ok),
            Poll::Ready(Some(Err(status))) => self.end(status.code()),
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    let status = Status::from_header_map(trailers);
                    self.end(status.map_or(Code::Unknown, |status| status.code()));
                } else if let Some(data) = frame.data_ref() {
                    self.count(data);
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Answer {
    /// The client went away.
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The body of a request.
pub(super) struct Question {
    inner: Body,
    method: Arc<Method>,
    framing: Framing,
}

impl Question {
    pub(super) fn new(inner: Body, method: Arc<Method>) -> Self {
        Self {
            inner,
            method,
            framing: Framing::default(),
        }
    }
}

impl http_body::Body for Question {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            let Self {
                method, framing, ..
            } = &mut *self;
            framing.feed(data, |length| {
                method.received.increment(1);
                method.received_bytes.record(size(length));
            });
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "sizes of messages are far below 2^52"
)]
fn size(bytes: usize) -> f64 {
    bytes as f64
}
