//! The beginning of a text: version of the language, name and version of the package, imports.

use std::collections::BTreeSet;

use super::{Find, Parser};
use crate::lf::ast::{LanguageVersion, Module, Package};
use crate::lf::text::error::Error;
use crate::lf::text::token::{Kind, Symbol};
use crate::model::{PackageId, PackageName, PackageVersion, TextError};

impl Parser<'_> {
    pub(super) fn package(&mut self, find: Find<'_>) -> Result<Package, Error> {
        if self.take_word("language") {
            self.language = self.language_version()?;
            self.take(Symbol::Semicolon);
        }
        self.expect_word("metadata")?;
        self.expect(Symbol::LeftParen)?;
        let (name, version) = self.name_and_version()?;
        self.expect(Symbol::RightParen)?;
        self.take(Symbol::Semicolon);
        let upgrades = if self.take_word("upgrades") {
            let id = self.quoted("the id of a package", PackageId::parse)?;
            self.take(Symbol::Semicolon);
            Some(id)
        } else {
            None
        };
        while self.take_word("import") {
            self.import(find)?;
        }
        let modules = self.modules()?;
        Ok(Package {
            language: self.language,
            name,
            version,
            upgrades,
            dependencies: std::mem::take(&mut self.mentioned).into_iter().collect(),
            modules,
        })
    }

    fn language_version(&mut self) -> Result<LanguageVersion, Error> {
        let text = self.text_of(self.peek_at(0));
        let known = LanguageVersion::ALL
            .into_iter()
            .find(|version| version.to_string() == text);
        let version = known.ok_or_else(|| self.expected("2.1, 2.2 or 2.3"))?;
        self.advance();
        Ok(version)
    }

    fn name_and_version(&mut self) -> Result<(PackageName, PackageVersion), Error> {
        let name = self.quoted("the name of a package", PackageName::parse)?;
        self.expect(Symbol::Colon)?;
        let version = self.quoted("the version of a package", PackageVersion::parse)?;
        Ok((name, version))
    }

    /// A string in single quotes.
    fn quoted<T>(
        &mut self,
        what: &str,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Result<T, Error> {
        if self.peek() != Kind::Quoted {
            return Err(self.expected(&format!("{what} in single quotes")));
        }
        let parsed = self.checked(parse(self.inner_text()))?;
        self.advance();
        Ok(parsed)
    }

    /// `import 'here' = 'id';` or `import 'here' = 'name' : 'version';`
    fn import(&mut self, find: Find<'_>) -> Result<(), Error> {
        let start = self.peek_at(0);
        let here = self.quoted(
            "what the package is called here",
            |text| Ok(text.to_owned()),
        )?;
        if self.imports.contains_key(&here) {
            let message = format!("{here:?} is imported twice");
            return self.checked_at(start, Err(message));
        }
        self.expect(Symbol::Equals)?;
        let by_name = self.peek_at(1).kind == Kind::Symbol(Symbol::Colon);
        let id = if by_name {
            let named = self.peek_at(0);
            let (name, version) = self.name_and_version()?;
            let found = find(&name, &version).ok_or_else(|| {
                format!("package {name} {version} is not among those that were given")
            });
            self.checked_at(named, found)?
        } else {
            self.quoted("the id of a package", PackageId::parse)?
        };
        self.imports.insert(here, id);
        self.take(Symbol::Semicolon);
        Ok(())
    }

    fn modules(&mut self) -> Result<Vec<Module>, Error> {
        let mut modules: Vec<Module> = Vec::new();
        let mut names = BTreeSet::new();
        while self.peek() != Kind::End {
            self.expect_word("module")?;
            let start = self.peek_at(0);
            let module = self.module()?;
            if !names.insert(module.name.clone()) {
                let message = format!("module {} is defined twice", module.name);
                return self.checked_at(start, Err(message));
            }
            modules.push(module);
        }
        Ok(modules)
    }
}
