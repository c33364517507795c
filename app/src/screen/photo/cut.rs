//! How a picture lies under the square that is cut out of it.

/// How near it can be.
pub const ZOOM_MAX: f64 = 4.0;

/// How the picture lies under the square: its middle in parts of the picture, and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Of its width.
    pub x: f64,
    /// Of its height.
    pub y: f64,
    /// 1 shows all that fits.
    pub zoom: f64,
}

impl Cut {
    /// As it begins.
    pub const MIDDLE: Cut = Cut { x: 0.5, y: 0.5, zoom: 1.0 };

    /// The square's left and upper edge and its side, in pixels of the picture; it never leaves the picture.
    pub fn square(self, width: f64, height: f64) -> (f64, f64, f64) {
        let side = width.min(height) / crate::within(self.zoom, 1.0, ZOOM_MAX);
        let edge = |middle: f64, length: f64| crate::within(middle * length - side / 2.0, 0.0, length - side);
        (edge(self.x, width), edge(self.y, height), side)
    }

    /// Moved by parts of the square, and held inside.
    pub fn moved(self, dx: f64, dy: f64, width: f64, height: f64) -> Cut {
        let (left, top, side) = self.square(width, height);
        let (x, y) = ((left + side / 2.0 - dx * side) / width, (top + side / 2.0 - dy * side) / height);
        let (left, top, _) = Cut { x, y, ..self }.square(width, height);
        Cut { x: (left + side / 2.0) / width, y: (top + side / 2.0) / height, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_stays_inside_the_picture() {
        assert_eq!(Cut::MIDDLE.square(400.0, 200.0), (100.0, 0.0, 200.0));
        let near = Cut { zoom: 2.0, ..Cut::MIDDLE };
        assert_eq!(near.square(400.0, 200.0), (150.0, 50.0, 100.0));
        assert_eq!(near.moved(100.0, 100.0, 400.0, 200.0).square(400.0, 200.0), (0.0, 0.0, 100.0));
        assert_eq!(near.moved(-100.0, -100.0, 400.0, 200.0).square(400.0, 200.0), (300.0, 100.0, 100.0));
        // Back from an edge at once, however far beyond it was pulled.
        let back = near.moved(100.0, 0.0, 400.0, 200.0).moved(-0.1, 0.0, 400.0, 200.0);
        assert!((back.square(400.0, 200.0).0 - 10.0).abs() < 1e-9);
    }
}
