package dev.airlock.store;

import dev.airlock.fixtures.MemoryBlobStore;

class MemoryBlobStoreTest extends BlobStoreContract {
  private final BlobStore store = new MemoryBlobStore();

  @Override
  BlobStore store() {
    return store;
  }

  @Override
  void reopen() {}
}
