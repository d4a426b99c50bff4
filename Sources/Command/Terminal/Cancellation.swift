import BitdepthTensors
import CBitdepthSystem

/// Whether somebody asked the process to stop (Ctrl-C, SIGTERM). Long work asks once per sample and between nodes.
///
/// Libraries take a closure; `cancellation.check` is one.
struct Cancellation: Sendable {
    private let signal: @Sendable () -> Int32

    /// - Parameter signal: The number of the signal that came, or 0.
    init(signal: @escaping @Sendable () -> Int32 = { bd_stop_signal() }) { self.signal = signal }

    var isRequested: Bool { signal() != 0 }

    /// - Throws: ``BitdepthError/Code/cancelled`` once a stop was asked for.
    @Sendable
    func check() throws(BitdepthError) {
        guard isRequested else { return }
        throw BitdepthError(.cancelled, "the work was interrupted")
    }

    /// What shells expect of a process that a signal ended: 130 after SIGINT, 143 after SIGTERM.
    var exitStatus: Int32 { 128 + (isRequested ? signal() : 2) }
}
