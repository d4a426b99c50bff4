/// Where the taps of a deformable convolution read, and how much of it they take.
struct DeformedTaps {
    let geometry: Window.Geometry
    let groups: Int
    /// `[N, groups, kernel, axes, output]`.
    let offsets: [Double]
    /// `[N, groups, kernel, output]`.
    let masks: [Double]?

    /// The elements of an input plane that make up what one tap reads.
    func elements(image: Int, group: Int, kernel: Int, output: Int) -> [WeightedPosition] {
        let axes = geometry.kernel.count
        let tap = (image * groups + group) * geometry.kernelCount + kernel
        let place = unravel(output, geometry.output)
        let number = unravel(kernel, geometry.kernel)
        var perAxis = (0..<axes).map { axis in
            let start = place[axis] * geometry.strides[axis] - geometry.padsBegin[axis]
            let offset = offsets[(tap * axes + axis) * geometry.outputCount + output]
            let coordinate = Double(start + number[axis] * geometry.dilations[axis]) + offset
            return WeightedPosition.linear(at: coordinate, extent: geometry.input[axis])
        }
        if let mask = masks?[tap * geometry.outputCount + output] {
            for index in perAxis[0].indices { perAxis[0][index].weight *= mask }
        }
        return WeightedPosition.product(perAxis, extents: geometry.input)
    }
}
