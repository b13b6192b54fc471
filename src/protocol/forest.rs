//! Views inside of views, as a list: no depth is too deep for it.

use super::ViewPosition;
use super::merkle::{Place, list_hash};
use crate::model::Hash;

/// Views in the order of execution, each before those inside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forest<T> {
    nodes: Vec<Node<T>>,
    roots: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node<T> {
    content: T,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// What stands for the views of a forest.
#[derive(Debug)]
pub struct Hashes {
    views: Vec<Hash>,
    /// Of each view among its siblings.
    pub places: Vec<Place>,
    /// What stands for all.
    pub root: Hash,
}

impl<T> Default for Forest<T> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            roots: Vec::new(),
        }
    }
}

impl<T> Forest<T> {
    /// Adds a view as the last one inside of another, or of none; its number.
    pub fn push(&mut self, parent: Option<usize>, content: T) -> usize {
        let number = self.nodes.len();
        let siblings = match parent {
            Some(parent) => &mut self.nodes[parent].children,
            None => &mut self.roots,
        };
        siblings.push(number);
        self.nodes.push(Node {
            content,
            parent,
            children: Vec::new(),
        });
        number
    }

    /// The same views with other content.
    ///
    /// # Errors
    /// The first of the contents that cannot be made.
    pub fn try_map<U, E>(&self, mut make: impl FnMut(&T) -> Result<U, E>) -> Result<Forest<U>, E> {
        let nodes = self.nodes.iter().map(|node| {
            Ok(Node {
                content: make(&node.content)?,
                parent: node.parent,
                children: node.children.clone(),
            })
        });
        Ok(Forest {
            nodes: nodes.collect::<Result<_, E>>()?,
            roots: self.roots.clone(),
        })
    }

    /// The same views with other content, made with that of the view around each.
    #[must_use]
    pub fn map_down<U>(&self, mut make: impl FnMut(Option<&U>, &T) -> U) -> Forest<U> {
        let mut nodes: Vec<Node<U>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let around = node.parent.map(|parent| &nodes[parent].content);
            nodes.push(Node {
                content: make(around, &node.content),
                parent: node.parent,
                children: node.children.clone(),
            });
        }
        Forest {
            nodes,
            roots: self.roots.clone(),
        }
    }

    /// The views, in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.nodes.iter().map(|node| &node.content)
    }

    /// How many views there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no view.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A view.
    pub fn get(&self, number: usize) -> Option<&T> {
        self.nodes.get(number).map(|node| &node.content)
    }

    /// The view in which a view is.
    pub fn parent(&self, number: usize) -> Option<usize> {
        self.nodes.get(number)?.parent
    }

    /// The views directly inside of a view.
    pub fn children(&self, number: usize) -> &[usize] {
        self.nodes.get(number).map_or(&[], |node| &node.children)
    }

    /// In how many others each view is.
    pub fn depths(&self) -> Vec<u32> {
        let mut depths: Vec<u32> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            depths.push(node.parent.map_or(0, |parent| depths[parent] + 1));
        }
        depths
    }

    /// Where each view stands.
    pub fn positions(&self) -> Vec<ViewPosition> {
        let mut positions: Vec<ViewPosition> = Vec::with_capacity(self.nodes.len());
        let mut next: Vec<u32> = vec![0; self.nodes.len()];
        let mut next_root = 0;
        for node in &self.nodes {
            let (above, next) = match node.parent {
                Some(parent) => (positions[parent].clone(), &mut next[parent]),
                None => (ViewPosition(Vec::new()), &mut next_root),
            };
            positions.push(above.child(*next));
            *next += 1;
        }
        positions
    }

    /// Hashes from the inside out; `of` makes one of a view's content and what stands for the views
    /// inside of it.
    pub fn hashes(&self, of: impl Fn(&T, Hash) -> Hash) -> Hashes {
        let mut views = vec![Hash::from_bytes([0; 32]); self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate().rev() {
            let inside: Vec<Hash> = node.children.iter().map(|child| views[*child]).collect();
            views[number] = of(&node.content, list_hash(&inside));
        }
        let hashes = |siblings: &[usize]| -> Vec<Hash> {
            siblings.iter().map(|view| views[*view]).collect()
        };
        let nowhere = Place {
            index: 0,
            count: 0,
            proof: Vec::new(),
        };
        let mut places = vec![nowhere; self.nodes.len()];
        let lists = self.nodes.iter().map(|node| &node.children);
        for siblings in lists.chain([&self.roots]) {
            for (view, place) in siblings.iter().zip(Place::all(&hashes(siblings))) {
                places[*view] = place;
            }
        }
        Hashes {
            root: list_hash(&hashes(&self.roots)),
            places,
            views,
        }
    }

    /// What stands for the views directly inside of a view.
    pub fn child_hashes(&self, number: usize, hashes: &Hashes) -> Vec<Hash> {
        let children = self.children(number).iter();
        children.map(|child| hashes.views[*child]).collect()
    }

    /// Puts a forest together from views with their depths; none if a view is too deep for the one
    /// before it.
    pub fn from_depths(views: impl IntoIterator<Item = (T, u32)>) -> Option<Self> {
        let mut forest = Self::default();
        let mut open: Vec<usize> = Vec::new();
        for (content, depth) in views {
            let depth = depth as usize;
            if depth > open.len() {
                return None;
            }
            open.truncate(depth);
            open.push(forest.push(open.last().copied(), content));
        }
        Some(forest)
    }
}
