//! Names of packages, modules, types, fields and choices.
//!
//! Source of the alphabets and lengths: the Daml-LF specification, "Identifiers".

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::text::{self, TextError, text_type};

/// Longest name, and longest dotted name, in characters.
const NAME_LENGTH_MAX: usize = 1000;

text_type! {
    /// A simple name: a field, a choice, a variant constructor, a variable.
    Name, check_name
}

text_type! {
    /// Names joined by dots: a module, or a type or value inside a module.
    DottedName, check_dotted_name
}

/// The name of a module.
pub type ModuleName = DottedName;

text_type! {
    /// A package's identity: the lower-case hexadecimal SHA-256 of its archive payload. Other
    /// strings of the same alphabet are well-formed, too; they just name no package.
    PackageId, |text| text::check_alphabet("Daml-LF Package ID", text, 64, "-_ ")
}

text_type! {
    /// The name under which versions of a package follow each other.
    PackageName, |text| text::check_alphabet("Daml-LF Package Name", text, 255, "-_")
}

text_type! {
    /// A package's version: numbers joined by dots, without leading zeros.
    PackageVersion, check_package_version
}

fn check_name(text: &str) -> Result<(), TextError> {
    const WHAT: &str = "Daml-LF Name";
    text::check_alphabet(WHAT, text, NAME_LENGTH_MAX, "$_")?;
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(TextError::Malformed {
            what: WHAT,
            text: text::excerpt(text),
            reason: "a name does not start with a digit",
        });
    }
    Ok(())
}

fn check_dotted_name(text: &str) -> Result<(), TextError> {
    let length = text.chars().count();
    if length > NAME_LENGTH_MAX {
        return Err(TextError::TooLong {
            what: "DottedName",
            length,
            max: NAME_LENGTH_MAX,
        });
    }
    text.split('.').try_for_each(check_name)
}

fn check_package_version(text: &str) -> Result<(), TextError> {
    const WHAT: &str = "package version";
    text::check_alphabet(WHAT, text, 255, ".")?;
    let well_formed = text.split('.').all(|part| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
            && part.parse::<u32>().is_ok_and(|n| i32::try_from(n).is_ok())
    });
    if well_formed {
        Ok(())
    } else {
        Err(TextError::Malformed {
            what: WHAT,
            text: text::excerpt(text),
            reason: "it is not a list of numbers joined by dots",
        })
    }
}

impl Name {
    /// Wraps a string that is known to be a name: a literal of ours.
    ///
    /// # Panics
    /// If `text` is no name.
    pub fn literal(text: &'static str) -> Self {
        match Self::parse(text) {
            Ok(name) => name,
            Err(error) => panic!("{error}"),
        }
    }
}

impl DottedName {
    /// Joins names by dots.
    pub fn from_segments<'a>(
        segments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, TextError> {
        let joined = segments.into_iter().collect::<Vec<_>>().join(".");
        Self::parse(&joined)
    }

    /// The names between the dots.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.as_str().split('.')
    }
}

impl PackageVersion {
    /// The numbers, for comparison: `1.10` comes after `1.9`.
    pub fn numbers(&self) -> Vec<u32> {
        self.as_str()
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect()
    }
}

/// A package as commands name it: by id, or by name (`#name`), which stands for the version that
/// fits best.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PackageRef {
    /// Exactly this package.
    Id(PackageId),
    /// Some version of the package with this name.
    Name(PackageName),
}

impl PackageRef {
    /// Reads `#name` or an id.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text.strip_prefix('#') {
            Some(name) => PackageName::parse(name).map(Self::Name),
            None => PackageId::parse(text).map(Self::Id),
        }
    }
}

impl fmt::Display for PackageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) => write!(f, "#{name}"),
        }
    }
}

/// A type, template, interface or value, named wholly: package id, module, name.
///
/// One pointer wide, since transactions and values are full of them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Arc<IdentifierParts>);

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct IdentifierParts {
    package: PackageId,
    module: ModuleName,
    name: DottedName,
}

impl Identifier {
    /// Puts the parts together.
    pub fn new(package: PackageId, module: ModuleName, name: DottedName) -> Self {
        Self(Arc::new(IdentifierParts {
            package,
            module,
            name,
        }))
    }

    /// The package.
    pub fn package(&self) -> &PackageId {
        &self.0.package
    }

    /// The module.
    pub fn module(&self) -> &ModuleName {
        &self.0.module
    }

    /// The name inside the module.
    pub fn name(&self) -> &DottedName {
        &self.0.name
    }

    /// The same module and name in a given package.
    #[must_use]
    pub fn in_package(&self, package: PackageId) -> Self {
        Self::new(package, self.module().clone(), self.name().clone())
    }

    /// Whether two differ at most in the package.
    pub fn has_name_of(&self, other: &Self) -> bool {
        self.name() == other.name() && self.module() == other.module()
    }
}

/// Why a string is not a [`Identifier`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// There are not exactly two colons.
    #[error("\"{0}\" is not of the form package:module:name")]
    Shape(String),
    /// One of the parts is malformed.
    #[error(transparent)]
    Part(#[from] TextError),
}

impl FromStr for Identifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let [package, module, name] = parts[..] else {
            return Err(IdentifierError::Shape(text::excerpt(text)));
        };
        Ok(Self::new(
            PackageId::parse(package)?,
            ModuleName::parse(module)?,
            DottedName::parse(name)?,
        ))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.package(), self.module(), self.name())
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A template or interface as commands and filters name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeConRef {
    /// The package, by id or by name.
    pub package: PackageRef,
    /// The module.
    pub module: ModuleName,
    /// The name inside the module.
    pub name: DottedName,
}

impl TypeConRef {
    /// The same module and name in a given package.
    pub fn in_package(&self, package: PackageId) -> Identifier {
        Identifier::new(package, self.module.clone(), self.name.clone())
    }
}

impl From<&Identifier> for TypeConRef {
    fn from(id: &Identifier) -> Self {
        Self {
            package: PackageRef::Id(id.package().clone()),
            module: id.module().clone(),
            name: id.name().clone(),
        }
    }
}

impl fmt::Display for TypeConRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.package, self.module, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_specification() {
        for good in ["a", "$x", "_y9", "A$B_c"] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "9a", "a b", "a.b", "é"] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
        assert!(DottedName::parse("A.B.C").is_ok());
        for bad in ["", "A..B", ".A", "A.", "A.1"] {
            assert!(DottedName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn package_versions_are_numbers_joined_by_dots() {
        for good in ["0", "1.0.0", "1.10", "0.0.1"] {
            assert!(PackageVersion::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "1.", "01", "1.a", "1..2", "99999999999"] {
            assert!(PackageVersion::parse(bad).is_err(), "{bad}");
        }
        let older = PackageVersion::parse("1.9").unwrap();
        let newer = PackageVersion::parse("1.10").unwrap();
        assert!(older.numbers() < newer.numbers());
    }

    #[test]
    fn an_identifier_reads_back_what_it_prints() {
        let text = "abc123:Main.Sub:Type.Inner";
        let id: Identifier = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert!("a:b".parse::<Identifier>().is_err());
        assert!("a:b:c:d".parse::<Identifier>().is_err());
    }
}
