//! Two hints to the machine, neither of which can change a result: huge pages, and prefetching.

/// A list with room for `capacity` items, backed by huge pages where that is possible: for tables by peer that are looked
/// up at random.
pub fn table<T>(capacity: usize) -> Vec<T> {
    let mut table = Vec::with_capacity(capacity);
    ask_for_huge_pages(table.spare_capacity_mut());
    table
}

/// Asks the kernel to back `memory` with huge pages, where it knows how. Failure is of no consequence.
pub(in crate::sim) fn ask_for_huge_pages<T>(memory: &[T]) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4096;
        let start = (memory.as_ptr() as usize).next_multiple_of(PAGE);
        let end = (memory.as_ptr() as usize + std::mem::size_of_val(memory)) / PAGE * PAGE;
        if end.saturating_sub(start) >= 1 << 21 {
            // SAFETY: the range lies inside `memory` and is page-aligned; MADV_HUGEPAGE changes no content.
            unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE) };
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

/// Asks for the cache line at `address`; for none if it is null, since a look at an unmapped page takes long.
#[inline(always)]
pub(in crate::sim) fn prefetch_if_any(address: *const u8) {
    if !address.is_null() {
        prefetch(address);
    }
}

/// Asks for the cache line at `address`.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch never faults, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
