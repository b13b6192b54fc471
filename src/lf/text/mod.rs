//! Daml-LF as text: the notation of the Daml-LF specification, to and from the syntax tree.
//!
//! [`parse()`] (over `lexer` and `reserved`) reads a package, [`print()`] writes one; `parse(print(p))` is
//! `p` for every package that an archive can hold. [`build_dar`] makes a DAR of a text.
//!
//! # The notation
//!
//! The notation is the specification's. Where that is ambiguous, it is the one of the parser with
//! which Daml-LF is tested; both spellings of a word are read, the specification's is written. The
//! specification's signs (`λ Λ ∀ → ← ↦ ⋆ ⟨ ⟩`) are read, too. Comments are `// …` and `/* … */`.
//!
//! A *name* is a word of letters, digits, `_` and `$`. Where a name is expected, any word is one; where
//! an expression is expected, some words are reserved (`let`, `Some`, `create`, `ADD_INT64`, …) and must
//! be written in backquotes to be variables; where a type is expected, so are `forall` and the names
//! of builtin types. *Names* with dots (`A.B`) name modules and definitions.
//!
//! ```text
//! package    ::= [language 2.1;] metadata ('name' : 'version'); [upgrades 'id';] import* module*
//! import     ::= import 'here' = 'id';                   what the package is called in this text
//!              | import 'here' = 'name' : 'version';     looked up among the packages given
//! module     ::= module Names { (definition;)* }
//! ref        ::= Names:Names | 'here':Names:Names | 'id':Names:Names      (ids of 64 hex digits)
//!
//! definition ::= synonym [loc] Names param* = type
//!              | record [@serializable] [loc] Names param* = { name : type, … }
//!              | variant [@serializable] [loc] Names param* = Name : type | …
//!              | enum [@serializable] [loc] Names = Name | …
//!              | val [loc] Names : type = expr
//!              | exception [loc] Names = { message expr }
//!              | template [loc] (x : Names) = { (part;)* }
//!              | interface [loc] (x : Names) = { viewtype type; (member;)* }
//!              | interface_type [loc] Names              the type of an interface; may be left out
//! part       ::= precondition expr | signatories expr | observers expr
//!              | choice | key @type atom atom            key and maintainers
//!              | implements [loc] ref { view = expr; (method name = expr;)* }
//! member     ::= requires ref | method [loc] name : type | choice
//! choice     ::= choice [@nonConsuming] [loc] Name (self) (arg : type) : type,
//!                controllers expr [, observers expr] to expr
//! loc        ::= @loc(place)
//! place      ::= [module,] line, column, line, column    counted from 0, end excluded
//!
//! kind       ::= * | nat | kind -> kind | (kind)
//! param      ::= name | (name : kind)                    of kind * without a kind
//! type       ::= atype atype* | type -> type
//! atype      ::= name | ref | Int64 | Text | …           variable, constructor, builtin
//!              | 10                                      a natural number: the scale of a numeric
//!              | forall param param* . type | <name : type, …> | |ref atype …| | (type)
//!
//! expr       ::= atom arg*                               arg ::= atom | @atype
//! atom       ::= name | ref | ADD_INT64 | …              variable, value, builtin function
//!              | () | True | False | 1 | -1 | 1.50 | "text" | 2026-01-31 | 2026-01-31T12:00:00Z
//!              | INVALID_INDEPENDENT_OF_SYSTEM_STATE | … a category of failure
//!              | ref @atype … {name = expr, …}           record: construction, projection, update
//!              | ref @atype … {name} atom | ref @atype … {expr with name = expr}
//!              | ref:Name @atype … atom | ref:Name       variant, enum
//!              | <name = expr, …> | atom.name | <expr with name = expr>    the same for structs
//!              | \(name : type) … -> expr | /\ param … . expr
//!              | let name : type = expr; … in expr
//!              | case expr of pattern -> expr | …
//!              | Nil @atype | Cons @atype [expr, …] atom | None @atype | Some @atype atom
//!              | to_any @atype atom | from_any @atype atom | type_rep @atype
//!              | throw @result @exception atom
//!              | to_any_exception @atype atom | from_any_exception @atype atom
//!              | to_interface @ref @ref atom | from_interface @ref @ref atom
//!              | unsafe_from_interface @ref @ref atom atom
//!              | to_required_interface @ref @ref atom | from_required_interface @ref @ref atom
//!              | unsafe_from_required_interface @ref @ref atom atom
//!              | call_interface @ref name atom | view_interface @ref atom
//!              | interface_signatory @ref atom | interface_observer @ref atom
//!              | interface_typerep @ref atom
//!              | update | loc(place) atom | (expr)
//! pattern    ::= ref:Name name | ref:Name | Nil | Cons name name | None | Some name
//!              | () | True | False | _
//! update     ::= pure @atype atom | bind name : type <- expr; … in expr
//!              | create @ref atom | create_interface @ref atom
//!              | fetch @ref atom | fetch_interface @ref atom
//!              | exercise @ref Name atom atom | exercise_interface @ref Name atom atom
//!              | exercise_by_key @ref Name atom atom | fetch_by_key @ref | query_n_by_key @ref
//!              | get_time | ledger_time_lt atom | embed_expr @atype atom
//!              | try @atype atom catch name -> expr
//! ```
//!
//! An atom that ends in an expression takes as much as it can: the body of a lambda, `let`, `case` or
//! `bind` goes on up to a comma, semicolon, bar or closing sign, or a word like `in` or `to`.
//! Arguments in a row form one application, parameters in a row one abstraction.
//!
//! # Invariants
//!
//! Any text ends in a tree or an [`Error`] that shows the place; nesting is bounded; the tree depends
//! on the text and the packages given, on nothing else.

mod error;

mod token;

mod lexer;
mod reserved;

mod quote;

mod parse;

mod print;

mod build;

#[cfg(test)]
mod tests;

pub use build::{BuildError, build_archive, build_dar};
pub use error::Error;
pub use parse::{Find, parse};
pub use print::{print, print_type};
