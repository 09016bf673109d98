//! placeholder
pub(crate) struct Shape {
    pub(crate) depth: u32,
    pub(crate) levels: u32,
    pub(crate) links: u32,
    pub(crate) deepest: u32,
}
pub(crate) fn shape(_text: &str) -> Shape {
    Shape {
        depth: 0,
        levels: 0,
        links: 0,
        deepest: 0,
    }
}
