import CBitdepthKernels

/// A C structure that kernels take beside a range: what one of their calls works on.
protocol KernelJob {
    /// `@convention(c) (UnsafePointer<Self>?, Int64, Int64) -> Void`
    associatedtype Kernel
}

extension bd_qgemm: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_qgemm>?, Int64, Int64) -> Void }
extension bd_sgemm: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_sgemm>?, Int64, Int64) -> Void }
extension bd_qdepthwise: KernelJob {
    typealias Kernel = @convention(c) (UnsafePointer<bd_qdepthwise>?, Int64, Int64) -> Void
}
extension bd_sdepthwise: KernelJob {
    typealias Kernel = @convention(c) (UnsafePointer<bd_sdepthwise>?, Int64, Int64) -> Void
}
extension bd_quantize_image: KernelJob {
    typealias Kernel = @convention(c) (UnsafePointer<bd_quantize_image>?, Int64, Int64) -> Void
}
extension bd_nbits: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_nbits>?, Int64, Int64) -> Void }
extension bd_sbinary: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_sbinary>?, Int64, Int64) -> Void }
extension bd_sunary: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_sunary>?, Int64, Int64) -> Void }
extension bd_softmax: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_softmax>?, Int64, Int64) -> Void }
extension bd_reduce: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_reduce>?, Int64, Int64) -> Void }
extension bd_normalize: KernelJob {
    typealias Kernel = @convention(c) (UnsafePointer<bd_normalize>?, Int64, Int64) -> Void
}
extension bd_channel_sums: KernelJob {
    typealias Kernel = @convention(c) (UnsafePointer<bd_channel_sums>?, Int64, Int64) -> Void
}
extension bd_affine: KernelJob { typealias Kernel = @convention(c) (UnsafePointer<bd_affine>?, Int64, Int64) -> Void }
