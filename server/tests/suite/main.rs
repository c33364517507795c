//! Tests of everything that the server answers over HTTP.
