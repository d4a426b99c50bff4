import BitdepthTensors

extension Shape {
    /// This shape, if the reference evaluation can hold it.
    ///
    /// The reference keeps up to 8 bytes for each element in Swift arrays, which trap where memory ends; so a shape that
    /// only an error or an attack explains is refused before.
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded``.
    @discardableResult
    func checkedForEvaluation() throws(BitdepthError) -> Shape {
        guard count <= 1 << 31 else {
            throw BitdepthError(.limitExceeded, "a value of shape \(self) has more elements than can be evaluated")
        }
        return self
    }
}
