//! About how many bytes tables take, for telling what holds memory. Near enough: what their values keep on the heap is not in it.

use std::collections::HashMap;

/// Bytes of a hash table: seven eighths of its places can be taken, and each has a byte of its own.
pub fn of_table<K, V, S>(table: &HashMap<K, V, S>) -> usize {
    table.capacity() / 7 * 8 * (size_of::<(K, V)>() + 1)
}

/// Bytes of a list.
pub fn of_list<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}
