package dev.airlock.tool.terminal;

import dev.airlock.progress.ProgressEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the events so far amount to. Not for several threads: whoever draws it guards it. */
final class Tally {
  /** A file on its way. */
  static final class Transfer {
    private final String file;
    private final long size;
    private long done;

    private Transfer(String file, long done, long size) {
      this.file = file;
      this.done = done;
      this.size = size;
    }

    String file() {
      return file;
    }

    long done() {
      return done;
    }

    long size() {
      return size;
    }
  }

  private final long startedNanos;
  private final Map<String, Transfer> transfers = new LinkedHashMap<>();
  private int files;
  private long bytes;
  private int reusedFiles;
  private long reusedBytes;
  private int finishedFiles;
  private int failedFiles;
  private long doneBytes;
  private long arrivedBytes;
  private int looked;

  Tally(long nowNanos) {
    this.startedNanos = nowNanos;
  }

  void add(ProgressEvent event) {
    switch (event) {
      case ProgressEvent.Note _ -> {}
      case ProgressEvent.Looked _ -> looked++;
      case ProgressEvent.Planned planned -> {
        files = planned.files();
        bytes = planned.bytes();
        reusedFiles = planned.reusedFiles();
        reusedBytes = planned.reusedBytes();
        doneBytes = 0;
        finishedFiles = 0;
      }
      case ProgressEvent.Started started -> {
        Transfer earlier =
            transfers.put(
                started.file(), new Transfer(started.file(), started.held(), started.size()));
        doneBytes += started.held() - (earlier == null ? 0 : earlier.done);
      }
      case ProgressEvent.Advanced advanced -> {
        Transfer transfer = transfers.get(advanced.file());
        if (transfer != null) {
          transfer.done += advanced.bytes();
        }
        doneBytes += advanced.bytes();
        arrivedBytes += advanced.bytes();
      }
      case ProgressEvent.Finished finished -> {
        transfers.remove(finished.file());
        finishedFiles++;
      }
      case ProgressEvent.Failed failed -> {
        transfers.remove(failed.file());
        failedFiles++;
      }
    }
  }

  List<Transfer> transfers() {
    return List.copyOf(transfers.values());
  }

  boolean isTransferring() {
    return files > 0 || !transfers.isEmpty();
  }

  int looked() {
    return looked;
  }

  long doneBytes() {
    return doneBytes;
  }

  long bytes() {
    return bytes;
  }

  /** One line on all of it: files, bytes, rate, time left, reused and new. */
  String line(long nowNanos) {
    if (!isTransferring()) {
      return "looked at " + Amounts.count(looked, "version");
    }
    double seconds = Math.max(0.001, (nowNanos - startedNanos) / 1e9);
    double rate = arrivedBytes / seconds;
    var line = new StringBuilder();
    line.append(finishedFiles).append(files > 0 ? "/" + files : "").append(" files, ");
    line.append(Amounts.bytes(doneBytes));
    if (bytes > 0) {
      line.append(" of ").append(Amounts.bytes(bytes));
    }
    line.append(", ").append(Amounts.bytes((long) rate)).append("/s");
    if (bytes > doneBytes && rate > 1) {
      line.append(", ")
          .append(Amounts.time(Duration.ofMillis((long) ((bytes - doneBytes) / rate * 1000))))
          .append(" left");
    }
    if (reusedFiles > 0) {
      line.append("; reused ")
          .append(reusedFiles)
          .append(" (")
          .append(Amounts.bytes(reusedBytes))
          .append(")");
    }
    if (failedFiles > 0) {
      line.append("; failed ").append(failedFiles);
    }
    return line.toString();
  }
}
