/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libraries set up while they are loaded is kept as long as the process, or lost when it is outgrown
 * (GLib's table of quarks, in each program of GStreamer). lsan.supp knows it by the dynamic loader in the
 * stack, for which the stack of each allocation would have to be unwound, and that takes most of the time
 * of a sanitized test. Here it is known by when it was allocated: before main() and what is ours. Linked
 * to sanitized tests that have no other leaks of somebody else's.
 */
#include <sanitizer/lsan_interface.h>
#include <stdbool.h>
#include <stddef.h>

void __sanitizer_malloc_hook (const volatile void *memory, size_t size);

static bool loaded;

/* Constructors of the program run after those of all libraries. */
__attribute__ ((constructor)) static void
on_loaded (void)
{
  loaded = true;
}

void
__sanitizer_malloc_hook (const volatile void *memory, size_t size)
{
  (void) size;
  if (!loaded)
    __lsan_ignore_object ((const void *) memory);
}
