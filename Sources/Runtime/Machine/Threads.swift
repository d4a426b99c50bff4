#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads outside of Swift's cooperative pool, for long computations.
enum Threads {
    /// Runs `body` on `count` threads, the calling one among them, and waits for all.
    static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        var started: [pthread_t] = []
        for _ in 0..<max(0, count - 1) {
            if let thread = start(body) { started.append(thread) }
        }
        body()
        for thread in started { pthread_join(thread, nil) }
    }

    /// Starts a thread that nobody waits for; `false` when the system gives none.
    static func detach(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = start(body) else { return false }
        pthread_detach(thread)
        return true
    }

    /// `nil` when the system gives no more threads; the others then do the work.
    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        let box = Unmanaged.passRetained(Body(body))
        #if canImport(Glibc)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        #else
        var thread: pthread_t?
        let status = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        #endif
        guard status == 0 else {
            box.release()
            return nil
        }
        return thread
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// Starts work on a thread outside of Swift's cooperative pool.
public enum BackgroundThread {
    /// Runs `body` on a new thread, or right here where the system gives none.
    public static func start(_ body: @escaping @Sendable () -> Void) {
        if !Threads.detach(body) { body() }
    }

    /// Runs `body` on a new thread; `false` where the system gives none.
    public static func tryStart(_ body: @escaping @Sendable () -> Void) -> Bool { Threads.detach(body) }
}
