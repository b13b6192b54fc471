//! Challenges and tokens: pure.

use std::collections::{HashMap, VecDeque};

use crate::model::{Duration, MemberId, Timestamp};

/// How much is remembered, and for how long. The values are Canton's where it has one.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// A challenge must be answered within this time.
    pub nonce_lifetime: Duration,
    /// Challenges of a member that wait for their answers; older ones are forgotten. Anybody may ask
    /// for one in a member's name, so there are more than a member needs.
    pub nonces_per_member_max: usize,
    /// A token ends after this time.
    pub token_lifetime: Duration,
    /// Tokens of a member; the oldest ends when there are more.
    pub tokens_per_member_max: usize,
    /// Streams of a member at once.
    pub streams_per_member_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            nonce_lifetime: Duration::from_secs(60),
            nonces_per_member_max: 64,
            token_lifetime: Duration::from_secs(60 * 60),
            tokens_per_member_max: 25,
            streams_per_member_max: 5,
        }
    }
}

/// Made up by the sequencer, to be signed.
pub(super) type Nonce = [u8; 32];

/// Shown by a member that has proven who it is.
pub(super) type Token = [u8; 32];

/// Who has been asked, and who has proven what.
#[derive(Debug)]
pub(super) struct Authentication {
    bounds: Bounds,
    challenges: HashMap<MemberId, VecDeque<(Nonce, Timestamp)>>,
    /// Whose a token is and until when.
    tokens: HashMap<Token, (MemberId, Timestamp)>,
    /// A member's tokens, the oldest first.
    of_member: HashMap<MemberId, VecDeque<Token>>,
    streams: HashMap<MemberId, usize>,
}

impl Authentication {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            challenges: HashMap::new(),
            tokens: HashMap::new(),
            of_member: HashMap::new(),
            streams: HashMap::new(),
        }
    }

    /// A registered member is asked.
    pub(super) fn challenge(&mut self, member: MemberId, nonce: Nonce, now: Timestamp) {
        let open = self.challenges.entry(member).or_default();
        open.retain(|(_, until)| now <= *until);
        if open.len() >= self.bounds.nonces_per_member_max {
            open.pop_front();
        }
        open.push_back((nonce, now.plus(self.bounds.nonce_lifetime)));
    }

    /// Takes a challenge that the member has answered; whether there was one that holds. There is
    /// only one answer to each, right or wrong.
    pub(super) fn take_challenge(
        &mut self,
        member: &MemberId,
        nonce: &Nonce,
        now: Timestamp,
    ) -> bool {
        let Some(open) = self.challenges.get_mut(member) else {
            return false;
        };
        let found = open.iter().position(|(known, _)| known == nonce);
        found
            .and_then(|place| open.remove(place))
            .is_some_and(|(_, until)| now <= until)
    }

    /// The member has proven who it is; for how long.
    pub(super) fn admit(&mut self, member: MemberId, token: Token, now: Timestamp) -> Duration {
        let until = now.plus(self.bounds.token_lifetime);
        let of_member = self.of_member.entry(member.clone()).or_default();
        let tokens = &mut self.tokens;
        of_member.retain(|token| {
            let holds = tokens.get(token).is_some_and(|(_, until)| now <= *until);
            if !holds {
                tokens.remove(token);
            }
            holds
        });
        if of_member.len() >= self.bounds.tokens_per_member_max
            && let Some(oldest) = of_member.pop_front()
        {
            tokens.remove(&oldest);
        }
        of_member.push_back(token);
        tokens.insert(token, (member, until));
        self.bounds.token_lifetime
    }

    /// Whose token this is, if it holds.
    pub(super) fn member(&self, token: &Token, now: Timestamp) -> Option<&MemberId> {
        let (member, until) = self.tokens.get(token)?;
        (now <= *until).then_some(member)
    }

    /// Ends all tokens of the member whose token this is.
    pub(super) fn logout(&mut self, token: &Token) {
        let Some((member, _)) = self.tokens.get(token) else {
            return;
        };
        for token in self.of_member.remove(member).unwrap_or_default() {
            self.tokens.remove(&token);
        }
    }

    /// One more stream of a member, unless it has too many.
    pub(super) fn open_stream(&mut self, member: &MemberId) -> bool {
        let streams = self.streams.entry(member.clone()).or_default();
        if *streams >= self.bounds.streams_per_member_max {
            return false;
        }
        *streams += 1;
        true
    }

    /// A stream has ended.
    pub(super) fn close_stream(&mut self, member: &MemberId) {
        if let Some(streams) = self.streams.get_mut(member) {
            *streams = streams.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fingerprint, MemberKind};

    fn member(name: &str) -> MemberId {
        let namespace = Fingerprint::of_key(name.as_bytes());
        MemberId::new(MemberKind::Participant, name, &namespace).unwrap()
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(secs))
    }

    fn authentication() -> Authentication {
        Authentication::new(Bounds::default())
    }

    #[test]
    fn a_challenge_holds_for_a_minute_and_for_one_answer() {
        let (alice, bob) = (member("alice"), member("bob"));
        let mut it = authentication();
        it.challenge(alice.clone(), [1; 32], at(0));
        assert!(!it.take_challenge(&bob, &[1; 32], at(0)));
        assert!(!it.take_challenge(&alice, &[2; 32], at(0)));
        assert!(it.take_challenge(&alice, &[1; 32], at(60)));
        assert!(!it.take_challenge(&alice, &[1; 32], at(60)));
        it.challenge(alice.clone(), [3; 32], at(60));
        assert!(!it.take_challenge(&alice, &[3; 32], at(121)));
    }

    #[test]
    fn a_token_holds_for_an_hour_and_until_its_member_logs_out() {
        let alice = member("alice");
        let mut it = authentication();
        it.admit(alice.clone(), [1; 32], at(0));
        it.admit(alice.clone(), [2; 32], at(10));
        assert_eq!(it.member(&[1; 32], at(3600)), Some(&alice));
        assert_eq!(it.member(&[1; 32], at(3601)), None);
        assert_eq!(it.member(&[9; 32], at(0)), None);
        it.logout(&[2; 32]);
        assert_eq!(it.member(&[1; 32], at(0)), None);
        assert_eq!(it.member(&[2; 32], at(0)), None);
    }

    #[test]
    fn a_member_has_so_many_tokens_challenges_and_streams_and_no_more() {
        let alice = member("alice");
        let mut it = authentication();
        for number in 0..26 {
            it.admit(alice.clone(), [number; 32], at(0));
        }
        assert_eq!(it.member(&[0; 32], at(0)), None, "the oldest has ended");
        assert_eq!(it.member(&[1; 32], at(0)), Some(&alice));
        assert_eq!(it.tokens.len(), 25);
        for number in 0..65 {
            it.challenge(alice.clone(), [number; 32], at(0));
        }
        assert!(!it.take_challenge(&alice, &[0; 32], at(0)));
        assert!(it.take_challenge(&alice, &[1; 32], at(0)));
        assert!((0..5).all(|_| it.open_stream(&alice)));
        assert!(!it.open_stream(&alice));
        it.close_stream(&alice);
        assert!(it.open_stream(&alice));
    }
}
