//! What holds of packs, those that ship and those made by hand.

mod broken;
mod bundle;
mod newer;
mod overlay;
mod rights;
mod shipped;
mod support;
mod truth;
