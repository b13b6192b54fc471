//! Types in normal form, each kept once.
//!
//! Equal types have the same number: synonyms are expanded, the fields of structs sorted, and a
//! variable that a `forall` binds is told by how many binders stand between the two. Variables in
//! scope are numbers of their own, never used again.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::error::Fault;
use crate::lf::ast::{BuiltinType, Ref};
use crate::model::Name;

/// What one check may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Types and kinds.
    pub(super) nodes: usize,
    /// How deep types may be nested, synonyms expanded.
    pub(super) depth: u32,
    /// Steps.
    pub(super) steps: u64,
}

/// The largest known package makes 50,000 types, of about 100 bytes each, in 2,000,000 steps; a
/// second has 100,000,000. Syntax nests types 500 deep.
pub(super) const LIMITS: Limits = Limits {
    nodes: 2_000_000,
    depth: 10_000,
    steps: 100_000_000,
};

/// A fault, boxed since results that carry it are everywhere.
pub(super) type Result<T> = std::result::Result<T, Box<Fault>>;

/// A type or kind in an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ty(pub(super) u32);

/// Kinds live beside types.
pub(super) type Kd = Ty;

/// A variable in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Variable(pub(super) u32);

/// The outermost layer of a type or kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A variable in scope.
    Var(Variable),
    /// A bound variable: how many binders lie between.
    Bound(u32),
    Con(Arc<Ref>),
    Builtin(BuiltinType),
    App(Ty, Ty),
    Forall(Kd, Ty),
    /// Sorted by name.
    Struct(Arc<[(Name, Ty)]>),
    Nat(u8),
    KindStar,
    KindNat,
    KindArrow(Kd, Kd),
}

/// What is known of a node without walking it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Binders that must be around it: 0 if all that it mentions is bound in it.
    pub(super) loose: u32,
    /// One more than the last variable in scope that it mentions, or 0.
    pub(super) variables: u32,
    /// How deep it is nested; 1 for a leaf.
    pub(super) depth: u32,
}

/// All types of one check.
#[derive(Debug)]
pub(super) struct Arena {
    limits: Limits,
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    /// Applications, which are most of the nodes.
    applications: FxHashMap<(Ty, Ty), Ty>,
    /// All other nodes.
    numbers: FxHashMap<Node, Ty>,
    /// Names and kinds of the variables that are or were in scope.
    variables: Vec<(Name, Kd)>,
    steps: u64,
    pub(super) star: Kd,
    pub(super) nat: Kd,
    arrow: Ty,
}

impl Arena {
    pub(super) fn new(limits: Limits) -> Result<Self> {
        let none = Ty(0);
        let mut arena = Self {
            limits,
            nodes: Vec::new(),
            facts: Vec::new(),
            applications: FxHashMap::default(),
            numbers: FxHashMap::default(),
            variables: Vec::new(),
            steps: 0,
            star: none,
            nat: none,
            arrow: none,
        };
        arena.star = arena.add(Node::KindStar)?;
        arena.nat = arena.add(Node::KindNat)?;
        arena.arrow = arena.builtin(BuiltinType::Arrow)?;
        Ok(arena)
    }

    /// The nodes, each after those in it.
    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Counts steps against the budget.
    pub(super) fn spend(&mut self, steps: usize) -> Result<()> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > self.limits.steps {
            return Err(Box::new(Fault::TooMuchWork));
        }
        Ok(())
    }

    /// A variable that is like no other.
    pub(super) fn fresh(&mut self, name: &Name, kind: Kd) -> Result<Variable> {
        if self.variables.len() >= self.limits.nodes {
            return Err(Box::new(Fault::TooLarge));
        }
        let number = u32::try_from(self.variables.len()).map_err(|_| Box::new(Fault::TooLarge))?;
        self.variables.push((name.clone(), kind));
        Ok(Variable(number))
    }

    pub(super) fn name_of(&self, variable: Variable) -> &Name {
        &self.variables[variable.0 as usize].0
    }

    pub(super) fn kind_of(&self, variable: Variable) -> Kd {
        self.variables[variable.0 as usize].1
    }

    /// The type with this outermost layer.
    pub(super) fn add(&mut self, node: Node) -> Result<Ty> {
        if let Node::App(function, arg) = node {
            return self.app(function, arg);
        }
        self.spend(1)?;
        if let Some(known) = self.numbers.get(&node) {
            return Ok(*known);
        }
        let number = self.push(node.clone())?;
        self.numbers.insert(node, number);
        Ok(number)
    }

    /// `function arg`
    pub(super) fn app(&mut self, function: Ty, arg: Ty) -> Result<Ty> {
        self.spend(1)?;
        if let Some(known) = self.applications.get(&(function, arg)) {
            return Ok(*known);
        }
        let number = self.push(Node::App(function, arg))?;
        self.applications.insert((function, arg), number);
        Ok(number)
    }

    /// A node that there has not been.
    fn push(&mut self, node: Node) -> Result<Ty> {
        let facts = self.facts_of(&node);
        if facts.depth > self.limits.depth {
            return Err(Box::new(Fault::TooDeep));
        }
        if self.nodes.len() >= self.limits.nodes {
            return Err(Box::new(Fault::TooLarge));
        }
        let number = u32::try_from(self.nodes.len()).map_err(|_| Box::new(Fault::TooLarge))?;
        self.nodes.push(node);
        self.facts.push(facts);
        Ok(Ty(number))
    }

    fn facts_of(&self, node: &Node) -> Facts {
        let leaf = Facts {
            loose: 0,
            variables: 0,
            depth: 1,
        };
        let over = |one: Facts, other: Facts| Facts {
            loose: one.loose.max(other.loose),
            variables: one.variables.max(other.variables),
            depth: one.depth.max(other.depth.saturating_add(1)),
        };
        match node {
            Node::Var(variable) => Facts {
                variables: variable.0.saturating_add(1),
                ..leaf
            },
            Node::Bound(index) => Facts {
                loose: index.saturating_add(1),
                ..leaf
            },
            Node::App(one, other) | Node::KindArrow(one, other) => {
                over(over(leaf, self.facts(*one)), self.facts(*other))
            }
            Node::Forall(_, body) => {
                let facts = over(leaf, self.facts(*body));
                Facts {
                    loose: facts.loose.saturating_sub(1),
                    ..facts
                }
            }
            Node::Struct(fields) => fields
                .iter()
                .fold(leaf, |facts, (_, typ)| over(facts, self.facts(*typ))),
            Node::Con(_) | Node::Builtin(_) | Node::Nat(_) | Node::KindStar | Node::KindNat => leaf,
        }
    }

    /// The outermost layer of a type.
    pub(super) fn node(&self, typ: Ty) -> &Node {
        // numbers come from `add` of the same arena
        &self.nodes[typ.0 as usize]
    }

    pub(super) fn facts(&self, typ: Ty) -> Facts {
        self.facts[typ.0 as usize]
    }

    pub(super) fn builtin(&mut self, builtin: BuiltinType) -> Result<Ty> {
        self.add(Node::Builtin(builtin))
    }

    /// A constructor with its arguments.
    pub(super) fn apply(&mut self, head: Ty, args: &[Ty]) -> Result<Ty> {
        args.iter().try_fold(head, |head, arg| self.app(head, *arg))
    }

    /// A builtin with its arguments.
    pub(super) fn builtin_of(&mut self, builtin: BuiltinType, args: &[Ty]) -> Result<Ty> {
        let head = self.builtin(builtin)?;
        self.apply(head, args)
    }

    /// `from -> to`
    pub(super) fn function(&mut self, from: Ty, to: Ty) -> Result<Ty> {
        self.apply(self.arrow, &[from, to])
    }

    /// The sides of `from -> to`.
    pub(super) fn as_function(&self, typ: Ty) -> Option<(Ty, Ty)> {
        let Node::App(function, to) = self.node(typ) else {
            return None;
        };
        match self.node(*function) {
            Node::App(arrow, from) if *arrow == self.arrow => Some((*from, *to)),
            _ => None,
        }
    }

    /// The argument of a builtin that has one.
    pub(super) fn argument_of(&self, builtin: BuiltinType, typ: Ty) -> Option<Ty> {
        let Node::App(head, arg) = self.node(typ) else {
            return None;
        };
        (*self.node(*head) == Node::Builtin(builtin)).then_some(*arg)
    }

    /// `head arg1 arg2 …` as its head and arguments.
    pub(super) fn spine(&self, typ: Ty) -> (Ty, Vec<Ty>) {
        let mut args = Vec::new();
        let mut head = typ;
        while let Node::App(function, arg) = self.node(head) {
            args.push(*arg);
            head = *function;
        }
        args.reverse();
        (head, args)
    }
}
