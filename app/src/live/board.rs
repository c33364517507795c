//! The live board as it comes over the connection; `screen::board` reads and draws it.

use leptos::prelude::*;

/// What came of the board and is not read yet.
#[derive(Clone, Copy)]
pub struct BoardFeed {
    /// Texts in their order; whoever reads them takes them out.
    pub news: RwSignal<Vec<String>>,
    on: StoredValue<bool>,
}

impl BoardFeed {
    pub(super) fn new() -> BoardFeed {
        BoardFeed { news: RwSignal::new(Vec::new()), on: StoredValue::new(false) }
    }

    /// The board is on screen, or is no more.
    pub fn watch(self, on: bool) {
        // The page may be on its way out, and its state with it.
        let _ = self.on.try_set_value(on);
        let _ = self.news.try_set(Vec::new());
        #[cfg(feature = "browser")]
        super::socket::send(&model::ClientFrame::Board { on });
    }

    /// A new connection knows nothing of it.
    #[cfg(feature = "browser")]
    pub(super) fn connected(self) {
        if self.on.get_value() {
            self.watch(true);
        }
    }
}
