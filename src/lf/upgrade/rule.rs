//! The table of rules, with what to do where one is broken.

/// Declares the rules with their remedies.
macro_rules! rules {
    ($($rule:ident, $meaning:literal, $remedy:literal;)*) => {
        /// What a new version of a package must keep to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)*
        }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// What it says.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$rule => $meaning,)* }
            }

            /// What the author of the new version can do.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$rule => $remedy,)* }
            }
        }
    };
}

rules! {
    LanguageNotOlder,
        "The language version does not decrease.",
        "Compile the new version for the language version of the old one or a newer one.";
    ModulesStay,
        "No module disappears.",
        "Add the module again; its templates and serializable types are on ledgers.";
    TemplatesStay,
        "No template disappears.",
        "Add the template again; a precondition that is False keeps new contracts out.";
    ChoicesStay,
        "No choice of a template disappears.",
        "Add the choice again; its body may refuse to do anything.";
    ChoiceResultStays,
        "The result of a choice keeps its type.",
        "Give the new type to a new choice, or make the result a record and add Optional fields to it.";
    KeyNotAdded,
        "A template without a key stays without one.",
        "Put the key on a new template.";
    KeyNotRemoved,
        "A template with a key keeps it.",
        "Add the key again.";
    KeyTypeStays,
        "The key of a template keeps its type.",
        "Give the template its old key type; put the new one on a new template.";
    ImplementationsStay,
        "A template that implements an interface goes on implementing it.",
        "Add the interface instance again.";
    DataTypesStay,
        "No serializable type disappears.",
        "Add the data type again, even if nothing uses it any more.";
    SerializableStays,
        "A serializable type stays serializable.",
        "Take what cannot be serialized out of the type, or give it another name.";
    OriginStays,
        "A type keeps its role: argument of a template, of a choice or of a constructor, or neither.",
        "Give the type in its new role another name.";
    ParameterCountStays,
        "A type keeps the number of its parameters.",
        "Give the type with other parameters another name.";
    ParameterKindsStay,
        "The parameters of a type keep their kinds.",
        "Give the type with other parameters another name.";
    VarietyStays,
        "A record stays a record, a variant a variant, an enum an enum.",
        "Give the new type another name.";
    FieldsStay,
        "No field of a record disappears.",
        "Add the field again; where it is Optional, new code can leave it None.";
    FieldTypesStay,
        "The fields of a record keep their types.",
        "Keep the old type, and add an Optional field of the new type at the end.";
    NewFieldsOptional,
        "New fields of a record are Optional.",
        "Make the type of the new field Optional.";
    NewConstructorFieldsOptional,
        "New fields of a constructor of a variant are Optional.",
        "Make the type of the new field Optional, or add a new constructor at the end of the variant.";
    FieldOrderStays,
        "The fields of a record keep their order; new ones come last.",
        "Move the new fields to the end and the others back to their places.";
    ConstructorsStay,
        "No constructor of a variant disappears.",
        "Add the constructor again.";
    ConstructorTypesStay,
        "The constructors of a variant keep the types of their arguments.",
        "Keep the old type, and add a constructor with the new one at the end.";
    ConstructorOrderStays,
        "The constructors of a variant keep their order; new ones come last.",
        "Move the new constructors to the end and the others back to their places.";
    EnumConstructorsStay,
        "No constructor of an enum disappears.",
        "Add the constructor again.";
    EnumOrderStays,
        "The constructors of an enum keep their order; new ones come last.",
        "Move the new constructors to the end and the others back to their places.";
}
