//! Memory that is given back is given back empty.
//!
//! What an officer read and wrote passes through many texts: of documents, of answers, of the network, and through the
//! libraries in C that encrypt, compress and store. Each forgets itself when it is dropped, but its bytes stay where they
//! were until something else is written there, and a dump of the memory of a locked tablet would find them.
//!
//! A program that says [`wipe_freed_memory!`](crate::wipe_freed_memory) frees memory through the two functions here,
//! whoever allocated it: our own code, the database, TLS. Each byte is overwritten before the C library gets it back. It
//! can be said on Linux with glibc, and says nothing elsewhere. Texts in the window belong to the web view, a process of
//! its own, and are not reached.

#![allow(
    unsafe_code,
    reason = "the C library's own functions are wrapped, which cannot be said otherwise"
)]

/// Puts `free` and `realloc` that leave nothing behind before those of the C library, for the whole program. To be said
/// once, in the file of `main`.
#[macro_export]
macro_rules! wipe_freed_memory {
    () => {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        #[allow(unsafe_code, reason = "as the C library's own")]
        mod wiping {
            use std::ffi::c_void;

            #[unsafe(no_mangle)]
            unsafe extern "C" fn free(place: *mut c_void) {
                // SAFETY: whoever calls keeps the contract of `free`.
                unsafe { $crate::wipe::free(place) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn realloc(place: *mut c_void, bytes: usize) -> *mut c_void {
                // SAFETY: whoever calls keeps the contract of `realloc`.
                unsafe { $crate::wipe::realloc(place, bytes) }
            }
        }
    };
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_void;

    unsafe extern "C" {
        fn __libc_free(place: *mut c_void);
        fn __libc_malloc(bytes: usize) -> *mut c_void;
        fn malloc_usable_size(place: *mut c_void) -> usize;
        fn explicit_bzero(place: *mut c_void, bytes: usize);
    }

    /// The C library's `free`: the place is wiped first.
    ///
    /// # Safety
    /// As `free`.
    pub unsafe fn free(place: *mut c_void) {
        if place.is_null() {
            return;
        }
        // SAFETY: the C library allocated the place and says how long it is; nobody uses it any more.
        unsafe {
            explicit_bzero(place, malloc_usable_size(place));
            __libc_free(place);
        }
    }

    /// The C library's `realloc`: a place that is left is wiped, and so is the end of one that is made shorter.
    ///
    /// # Safety
    /// As `realloc`.
    pub unsafe fn realloc(place: *mut c_void, bytes: usize) -> *mut c_void {
        // SAFETY: the C library allocated the place and says how long it is; what is copied is the shorter of what there
        // was and what is asked for, into a place of that length which is nobody else's.
        unsafe {
            if place.is_null() {
                return __libc_malloc(bytes);
            }
            if bytes == 0 {
                free(place);
                return std::ptr::null_mut();
            }
            let there = malloc_usable_size(place);
            if bytes <= there && bytes >= there / 2 {
                explicit_bzero(place.byte_add(bytes), there - bytes);
                return place;
            }
            let elsewhere = __libc_malloc(bytes);
            if !elsewhere.is_null() {
                elsewhere
                    .cast::<u8>()
                    .copy_from_nonoverlapping(place.cast(), there.min(bytes));
                free(place);
            }
            elsewhere
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use glibc::{free, realloc};
