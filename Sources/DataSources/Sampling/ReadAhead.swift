import BitdepthRuntime
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension SampleSource {
    /// Calls `body` with every sample that can be read, in order, while other threads read those that follow.
    ///
    /// At most `2 * threads` samples are read and not yet used at any time. What `body` sees does not depend on `threads`.
    ///
    /// - Throws: The error of the first sample that failed, once `body` had those before it; what `body` throws.
    public func readInOrder(
        threads: Int, _ body: (_ index: Int, _ sample: Sample) throws(BitdepthError) -> Void
    ) throws(BitdepthError) {
        let readers = min(max(threads, 1), count) - 1
        let queue = ReadAheadQueue(self, window: 2 * (readers + 1))
        defer { queue.stop() }
        for _ in 0..<max(readers, 0) where !BackgroundThread.tryStart({ queue.serve() }) { break }
        for index in 0..<count {
            if let sample = try queue.take(index).get() { try body(index, sample) }
        }
    }
}

/// Samples that are being read, within a window that moves on as they are used.
private final class ReadAheadQueue: @unchecked Sendable {
    typealias Outcome = Result<Sample?, BitdepthError>

    // Unchecked is sound: everything that changes is touched only while the mutex is held.
    private let source: any SampleSource
    private let window: Int
    private var outcomes: [Int: Outcome] = [:]
    /// The next sample that nobody reads yet, and the next one that is asked for.
    private var nextToRead = 0
    private var nextToUse = 0
    private var isStopped = false
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    init(_ source: any SampleSource, window: Int) {
        self.source = source
        self.window = window
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Reads samples until all are read or the queue is stopped. The work of one thread.
    func serve() {
        while let index = claim() {
            let outcome = read(index)
            locked {
                outcomes[index] = outcome
                pthread_cond_broadcast(changed)
            }
        }
    }

    /// The sample at `index`, which is one more than that of the last call. The caller reads it itself if nobody began to.
    func take(_ index: Int) -> Outcome {
        let isUnclaimed = locked {
            nextToUse = index
            pthread_cond_broadcast(changed)
            guard nextToRead == index else { return false }
            nextToRead += 1
            return true
        }
        if isUnclaimed { return read(index) }
        return locked {
            while true {
                if let outcome = outcomes.removeValue(forKey: index) { return outcome }
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    func stop() {
        locked {
            isStopped = true
            pthread_cond_broadcast(changed)
        }
    }

    /// The number of the next sample to read, as soon as it lies in the window.
    private func claim() -> Int? {
        locked {
            while !isStopped, nextToRead < source.count {
                if nextToRead < nextToUse + window {
                    nextToRead += 1
                    return nextToRead - 1
                }
                pthread_cond_wait(changed, mutex)
            }
            return nil
        }
    }

    private func read(_ index: Int) -> Outcome {
        do throws(BitdepthError) {
            return .success(try source.sampleIfReadable(at: index))
        } catch {
            return .failure(error)
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
